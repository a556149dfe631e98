"""What organisers do: fill, watch, change capacity, export, let in."""

import csv
import io
import json
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import event as sql_events
from sqlalchemy import select

from registration.booking.event_settings.closing import cancel_event
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.database import db
from registration.doctor.examine import examine
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.journal.models import JournalEntry
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from registration.mail.worker import send_due
from registration.organiser.attendees.exports import COLUMNS, export, safe_cell
from registration.seats.models import Registration
from tests import factories
from tests.factories import make_event, pool, post, register, sign_in, state, token_in


def base(event) -> str:
    return f"/organiser/events/{event.slug}"


def test_a_new_event_takes_registrations_at_once(owner, page_app):
    new = "/organiser/organisers/ditta/events/new"
    answer = post(
        owner,
        new,
        new,
        title="Gala dinner",
        starts_at="2030-03-14T19:00",
        ends_at="2030-03-14T23:00",
        time_zone="Europe/Brussels",
        locale="en",
        status="published",
        capacity="120",
        policy="first_fit",
        shows_seats="y",
        has_waitlist="y",
        **{"categories-0-name": "Member", "categories-0-capacity": "100", "categories-1-name": "Press"},
    )
    assert answer.status_code == 303, re.findall(r'class="error"[^>]*>(.*?)</p>', answer.text, re.S)
    page = owner.get("/events/gala-dinner/").text
    assert "120" in page
    form = owner.get("/events/gala-dinner/register").text
    assert "Do you need anything to take part?" in form
    event = db.session.scalars(select(Event)).one()
    assert event.starts_at.isoformat() == "2030-03-14T18:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"capacity": "-1"}, "from 0 to 1000000"),
        ({"capacity": "many"}, "whole number"),
        ({"capacity": ""}, "how many seats"),
        ({"ends_at": "2030-03-14T18:00"}, "end must come after the start"),
        ({"starts_at": "2030-03-31T02:30", "ends_at": "2030-04-01T02:30"}, "does not exist"),
        ({"starts_at": "soon"}, "date and time"),
        ({"title": ""}, "Enter a title"),
        ({"closes_at": "2030-03-20T10:00"}, "before the event is over"),
        ({"online_url": "javascript:alert(1)"}, "https://"),
        ({"categories-0-name": "A", "categories-1-name": "A"}, "same name"),
    ],
)
def test_a_wrong_event_is_a_sentence_and_keeps_what_was_typed(owner, page_app, changes, sentence):
    new = "/organiser/organisers/ditta/events/new"
    data = {
        "title": "Gala",
        "venue": "Autoworld",
        "starts_at": "2030-03-14T19:00",
        "ends_at": "2030-03-14T23:00",
        "time_zone": "Europe/Brussels",
        "locale": "en",
        "status": "published",
        "capacity": "120",
        "policy": "first_fit",
    }
    answer = post(owner, new, new, **(data | changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Autoworld"' in answer.text
    assert db.session.scalars(select(Event)).all() == []


def test_publishing_a_draft_is_no_move(owner, page_app):
    starts_at = clock.now().replace(second=0, microsecond=0) + timedelta(days=10)
    event = make_event(status="draft", starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))
    page = owner.get(f"{base(event)}/edit").text
    data = {name: token_in(page, name) for name in ("title", "starts_at", "ends_at", "venue", "city")}
    data |= {"time_zone": "Europe/Brussels", "locale": "en", "status": "published"}
    answer = post(owner, f"{base(event)}/edit", f"{base(event)}/edit", **data)
    assert answer.status_code == 303, answer.text
    shown = owner.get(answer.location).text
    assert "Saved." in shown
    assert "When or where has changed" not in shown


def test_a_draft_says_that_it_waits_to_be_published(owner, page_app):
    event = make_event(status="draft")
    page = owner.get(f"{base(event)}/").text
    assert "so nobody can register yet" in page
    assert "Share the link" not in page
    assert f'href="{base(event)}/edit"' in page


@pytest.mark.parametrize("status", ["draft", "published"])
def test_the_overview_leads_to_all_that_can_be_set_before_and_after_publishing(owner, page_app, status):
    event = make_event(status=status)
    page = owner.get(f"{base(event)}/").text
    for path in ("line", "sessions", "edit/categories", "health", "capacity"):
        assert f'href="{base(event)}/{path}"' in page
        assert owner.get(f"{base(event)}/{path}").status_code == 200
    for what in ("Close registration", "Cancel the event"):
        assert (what in page) == (status == "published")


def test_moving_an_event_tells_everybody_and_moves_their_calendar(owner, page_app):
    event = make_event(capacity=1)
    register(event, "Ada")
    register(event, "Ben")
    send_due()
    page = owner.get(f"{base(event)}/edit").text
    data = dict(
        re.findall(r'<input[^>]*name="([^"]+)"[^>]*type="(?:text|datetime-local)"[^>]*value="([^"]*)"', page)
    )
    data |= dict(re.findall(r'type="(?:text|datetime-local)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    before = db.session.scalars(select(Event.sequence)).one()
    data |= {"time_zone": "Europe/Brussels", "locale": "en", "status": "published", "venue": "Flagey"}
    answer = post(
        owner,
        f"{base(event)}/edit",
        f"{base(event)}/edit",
        tell="yes",
        has_waitlist="y",
        shows_seats="y",
        **data,
    )
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    assert db.session.scalars(select(Event.sequence)).one() == before + 1
    kinds = db.session.scalars(select(OutgoingMessage.kind).where(OutgoingMessage.kind == "moved")).all()
    assert len(kinds) == 2
    assert send_due() == 2
    db.session.rollback()
    assert set(db.session.scalars(select(OutgoingMessage.state))) == {"sent"}


def test_the_preview_shows_whom_a_capacity_promotes_and_doing_it_does_just_that(owner, page_app):
    event = make_event(capacity=2)
    register(event, "Ada", party=2)
    waiting = [register(event, "Ben", party=2), register(event, "Cleo")]
    number = pool(event).id
    seen = owner.get(f"{base(event)}/capacity?pool={number}&wanted=3").text
    assert "1 registration gets seats now" in seen
    assert "Cleo" in seen
    assert "<li><bdi>Ben" not in seen
    assert [state(one) for one in waiting] == ["waitlisted", "waitlisted"]
    page = f"{base(event)}/capacity?pool={number}&wanted=3"
    answer = post(owner, page, f"{base(event)}/capacity/{number}", wanted="3", tell="yes")
    assert answer.status_code == 303
    assert "1 party was promoted" in owner.get(answer.headers["Location"]).text
    assert [state(one) for one in waiting] == ["waitlisted", "confirmed"]


@pytest.mark.parametrize("wanted", ["-1", "1000001", "abc", "", "1.5", "９x"])
def test_a_wrong_capacity_is_a_sentence_and_changes_nothing(owner, page_app, wanted):
    event = make_event(capacity=2)
    number = pool(event).id
    seen = owner.get(f"{base(event)}/capacity", query_string={"pool": number, "wanted": wanted})
    assert seen.status_code == 422
    answer = post(owner, f"{base(event)}/capacity", f"{base(event)}/capacity/{number}", wanted=wanted)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert pool(event).wanted == 2


def test_cancelling_for_somebody_tells_her_the_reason_and_promotes_the_next(owner, page_app):
    event = make_event(capacity=1)
    ada, ben = register(event, "Ada"), register(event, "Ben")
    one = f"{base(event)}/registrations/{ada.id}"
    answer = post(owner, one, f"{one}/cancel", reason="Registered twice.", tells="y")
    assert answer.status_code == 303
    assert (state(ada), state(ben)) == ("cancelled", "confirmed")
    row = (
        db.session.execute(
            select(JournalEntry)
            .where(JournalEntry.registration_id == ada.id)
            .order_by(JournalEntry.id.desc())
        )
        .scalars()
        .first()
    )
    assert (row.actor, row.reason) == ("organiser", "Registered twice.")
    assert row.account_id == factories.account_id("owner@example.org")
    mail = db.session.scalars(select(OutgoingMessage).where(OutgoingMessage.kind == "removed")).one()
    assert mail.facts["reason"] == "Registered twice."
    page = owner.get(one).text
    assert "Registered twice." in page
    assert 'data-state="cancelled"' in page


def test_only_who_has_a_seat_is_asked_to_give_it_to_the_next(owner, page_app):
    event = make_event(capacity=1)
    ada, ben = register(event, "Ada"), register(event, "Ben")
    told = "1 seat goes to the waitlist straight away."
    assert told in owner.get(f"{base(event)}/registrations/{ada.id}").text
    waiting = owner.get(f"{base(event)}/registrations/{ben.id}").text
    assert "Yes, cancel it" in waiting
    assert told not in waiting


def test_names_of_limits_keep_their_capitals(owner, page_app):
    event = make_event(categories={"VIP of COCIR": 1})
    for page in ("/", "/capacity"):
        german = owner.get(f"{base(event)}{page}", headers={"Accept-Language": "de"}).text
        assert "VIP of COCIR" in german
        assert "Die Veranstaltung" in german


def test_the_waitlist_says_why_each_party_waits(owner, page_app):
    event = make_event(capacity=3)
    register(event, "Ada", party=2)
    register(event, "Ben", party=2)
    page = owner.get(f"{base(event)}/waitlist").text
    assert 'data-position="1"' in page
    assert "needs 2, 1 free in the event" in page


def test_the_list_is_searched_without_accents_filtered_and_paged(owner, page_app):
    event = make_event(capacity=200, categories={"Member": None, "Press": None})
    register(event, "Zoë Ångström", email="zoe@example.org", category="Press", firm="Ómega")
    for _one in range(55):
        register(event, "Ben", category="Member")
    found = owner.get(f"{base(event)}/attendees?q=zoe+angstrom").text
    assert "Zoë Ångström" in found
    assert "1 person · 1 registration<" in found
    assert "Zoë" not in owner.get(f"{base(event)}/attendees?category={event.categories['Member']}").text
    assert "Page 1 of 2" in owner.get(f"{base(event)}/attendees").text
    assert "No attendees match" in owner.get(f"{base(event)}/attendees?q=%25").text


def test_a_longer_list_asks_no_more_questions_of_the_database(owner, page_app):
    event = make_event(capacity=200)
    counted: list[str] = []

    def count(*call):
        counted.append(call[2])

    sql_events.listen(db.engine, "before_cursor_execute", count)
    numbers = []
    for total in (3, 30):
        while len(db.session.scalars(select(Registration.id)).all()) < total:
            register(event, "Ada")
        counted.clear()
        owner.get(f"{base(event)}/attendees")
        numbers.append(len(counted))
        counted.clear()
        send_due()
        db.session.remove()
    sql_events.remove(db.engine, "before_cursor_execute", count)
    assert numbers[0] == numbers[1]


HOSTILE = ("=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0")


def test_the_page_and_the_files_give_the_same_list_with_text_as_text(owner, page_app):
    event = make_event(
        capacity=20, questions=(QuestionFacts("Phone?", "text"), QuestionFacts("Diet?", is_sensitive=True))
    )
    phone, diet = event.questions
    register(event, "Jürgen Müller", answers=((phone, "+32 2 123 45 67"), (diet, "none")))
    for number, name in enumerate(HOSTILE):
        register(event, name, email=f"guest{number}@example.org")
    register(event, "李小龙", email="li@example.org")
    page = owner.get(f"{base(event)}/attendees").text
    raw = owner.get(f"{base(event)}/exports/attendees.csv")
    assert raw.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert raw.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.data.decode("utf-8-sig"))))
    names = [row["name"] for row in rows]
    assert names == ["Jürgen Müller", *(f"'{name}" for name in HOSTILE), "李小龙"]
    assert rows[0]["Phone?"] == "+32 2 123 45 67"
    assert rows[0]["Diet?"] == "none"
    assert all(row["name"].lstrip("'").split("+")[0] in page for row in rows)
    book = openpyxl.load_workbook(io.BytesIO(owner.get(f"{base(event)}/exports/attendees.xlsx").data))
    sheet = book.active
    assert [sheet.cell(row, 1).value for row in range(2, 8)] == ["Jürgen Müller", *HOSTILE, "李小龙"]
    assert {sheet.cell(row, 1).data_type for row in range(2, 8)} == {"s"}
    listed = json.loads(owner.get(f"{base(event)}/exports/attendees.json").data)
    assert [row["name"] for row in listed] == ["Jürgen Müller", *HOSTILE, "李小龙"]
    db.session.rollback()
    actions = db.session.scalars(select(JournalEntry.action).where(JournalEntry.action == "export")).all()
    assert len(actions) == 3


def test_what_is_sensitive_is_for_those_who_run_the_event(page_app, page_client):
    event = make_event(questions=(QuestionFacts("Diet?", is_sensitive=True),))
    register(event, answers=((event.questions[0], "coeliac"),))
    sign_in(page_client, "viewer@example.org", factories.make_account("viewer@example.org", "viewer"))
    assert "coeliac" not in page_client.get(f"{base(event)}/exports/attendees.csv").text
    assert "coeliac" not in page_client.get(f"{base(event)}/registrations/1").text
    out = io.BytesIO()
    export(db.session(), db.session.get_one(Event, event.id), "csv", out)
    assert "Diet?" not in out.getvalue().decode()
    assert COLUMNS[0] == "name"


def test_phone_numbers_keep_their_plus_and_formulas_lose_their_force():
    assert safe_cell("+32 (0)2 / 123-45.67") == "+32 (0)2 / 123-45.67"
    for cell in (*HOSTILE, "\t=1", "\r=1"):
        assert str(safe_cell(cell)).startswith("'")
    assert safe_cell(-5) == -5


def test_the_door_lets_in_by_name_and_by_code_and_takes_it_back(page_app, page_client):
    event = make_event(capacity=3)
    register(event, "Ada")
    register(event, "Ben")
    sign_in(page_client, "door@example.org", factories.make_account("door@example.org", "door"))
    page = f"{base(event)}/checkin"
    ben = db.session.scalars(select(Attendee).where(Attendee.name == "Ben")).one()
    assert (
        "Ada"
        not in page_client.get(f"{page}?q=ben")
        .text.split("<main")[1]
        .split("Nobody")[0]
        .split("Check in Ben")[0][-200:]
    )
    found = page_client.get(f"{page}?q={ben.code.lower()}").text
    assert "Check in Ben" in found
    assert "Check in Ada" not in found
    post(page_client, f"{page}?q=ben", f"{page}/{ben.id}", q="ben")
    assert "1 of 2 are in" in page_client.get(page).text
    post(page_client, f"{page}?q=ben", f"{page}/{ben.id}", q="ben", undo="1")
    assert "0 of 2 are in" in page_client.get(page).text
    assert post(page_client, f"{page}?q=ben", f"{page}/999").status_code == 404


def test_nobody_is_let_in_to_what_was_called_off(page_app, page_client):
    event = make_event(capacity=3)
    register(event, "Ada")
    cancel_event(event.id, SYSTEM)
    sign_in(page_client, "door@example.org", factories.make_account("door@example.org", "door"))
    page = f"{base(event)}/checkin"
    ada = db.session.scalars(select(Attendee.id).where(Attendee.name == "Ada")).one()
    shown = page_client.get(page).text
    assert "This event is cancelled. Nobody can be checked in." in shown
    assert "Check in Ada" not in shown
    refused = post(page_client, page, f"{page}/{ada}")
    assert (refused.status_code, "Nobody can be checked in" in refused.text) == (409, True)
    assert "0 of 1 are in" in page_client.get(page).text


def test_a_door_colleague_cannot_let_in_who_waits(page_app, page_client):
    event = make_event(capacity=1)
    register(event, "Ada")
    register(event, "Ben")
    sign_in(page_client, "door@example.org", factories.make_account("door@example.org", "door"))
    waiting = db.session.scalars(select(Attendee.id).where(Attendee.name == "Ben")).one()
    page = f"{base(event)}/checkin"
    assert post(page_client, page, f"{page}/{waiting}").status_code == 409


def test_materials_questions_and_categories_show_on_the_public_page(owner, page_app):
    event = make_event()
    edit = f"{base(event)}/edit"
    posts = {
        "materials": {"title": "Opening address", "url": "https://example.org/a.pdf", "locale": "en"},
        "questions": {"label": "Which session?", "kind": "choice", "choices": "A\nB", "is_required": "y"},
        "categories": {"name": "Press", "capacity": "1"},
    }
    for what, data in posts.items():
        assert post(owner, f"{edit}/{what}", f"{edit}/{what}", **data).status_code == 303
    assert "Opening address" in owner.get(f"/events/{event.slug}/").text
    form = owner.get(f"/events/{event.slug}/register").text
    assert "Which session?" in form
    assert "Press" in form
    refused = post(owner, f"{edit}/materials", f"{edit}/materials", title="x", url="javascript:alert(1)")
    assert refused.status_code == 422
    assert [finding.code for finding in examine(db.engine) if not finding.holds] == []


def test_nobody_registers_for_yesterday(page_app, page_client):
    event = make_event(starts_in=timedelta(days=-1))
    assert "This event is over" in page_client.get(f"/events/{event.slug}/register").text
