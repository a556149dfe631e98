"""Two colleagues have one form open: what only one changed is kept, what both changed is asked about."""

import re
from datetime import timedelta
from html import unescape

import pytest

from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.event_settings.waitlist import change_line
from registration.core import optimistic_lock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession, Programme, Question
from registration.events.services import QuestionFacts, Text, put_text
from registration.journal.services import SYSTEM
from registration.mail.models import MailText
from registration.seats.queries import line_policy
from registration.seats.rules import LinePolicy
from tests import factories
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event


def form_of(page: str) -> dict[str, str]:
    """Return what a browser would send of the page's form as it is."""
    found: dict[str, str] = {}
    page = re.split(r'<details class="danger-zone"', page)[0]
    for tag in re.findall(r"<input[^>]*>", page):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        is_ticked = " checked" in tag or given.get("type") not in ("checkbox", "radio")
        if is_ticked and "name" in given:
            found[given["name"]] = given.get("value", "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', inner)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        found[name] = unescape(text).strip()
    return found


def saved_twice(client, address: str, first: dict[str, str], second: dict[str, str]):
    """Open a form in two tabs, save the one, then the other; return that answer and what to send next."""
    shown = form_of(client.get(address).text)
    answer = client.post(address, data=shown | first)
    assert answer.status_code == 303, answer.text
    answer = client.post(address, data=shown | second)
    return answer, form_of(answer.text)


def test_the_second_save_of_an_event_says_what_the_first_has_changed(owner):
    event = make_event(venue="Autoworld")
    edit = f"/organiser/events/{event.slug}/edit"
    answer, again = saved_twice(
        owner, edit, {"venue": "Flagey", "title": "Gala"}, {"venue": "Bozar", "summary": "Of nomenclatures"}
    )
    assert answer.status_code == 409
    assert "and changed: “Venue”" in unescape(answer.text)
    assert "They saved: Flagey" in answer.text
    assert "<title>Error:" in answer.text
    assert again["summary"] == "Of nomenclatures"
    assert (again["venue"], again["title"]) == ("Bozar", "Gala")
    db.session.rollback()
    assert db.session.get_one(Event, event.id).venue == "Flagey"
    assert owner.post(edit, data=again).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Event, event.id).venue == "Bozar"


def test_what_the_form_does_not_ask_stays_as_it_is(owner):
    event = make_event(country="BE", latitude=50.8, longitude=4.4)
    edit = f"/organiser/events/{event.slug}/edit"
    shown = form_of(owner.get(edit).text)
    assert owner.post(edit, data=shown | {"venue": "Flagey"}).status_code == 303
    found = db.session.get_one(Event, event.id)
    assert (found.venue, found.country, found.latitude, found.longitude) == ("Flagey", "BE", 50.8, 4.4)


def test_a_form_that_is_sent_twice_finds_what_it_wanted(owner):
    event = make_event()
    edit = f"/organiser/events/{event.slug}/edit"
    answer, _again = saved_twice(owner, edit, {"venue": "Flagey"}, {"venue": "Flagey"})
    assert answer.status_code == 303


def test_a_form_that_came_back_with_an_error_still_knows_what_it_showed(owner):
    event = make_event()
    edit = f"/organiser/events/{event.slug}/edit"
    answer, again = saved_twice(owner, edit, {"venue": "Flagey"}, {"title": ""})
    assert answer.status_code == 422
    assert owner.post(edit, data=again | {"title": "Gala", "venue": "Bozar"}).status_code == 409
    assert owner.post(edit, data=again | {"title": "Gala"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Event, event.id).venue == "Flagey"


def test_the_second_save_of_the_line_says_what_the_first_has_changed(owner):
    event = make_event()
    address = f"/organiser/events/{event.slug}/line"
    answer, again = saved_twice(
        owner,
        address,
        {"promotion": "offer", "publishes_ledger": "y"},
        {"promotion": "manual", "firm_cap": "3"},
    )
    assert answer.status_code == 409
    assert "They saved: Offer it to the next on the waitlist" in answer.text
    assert again["publishes_ledger"] == "y"
    assert again["firm_cap"] == "3"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    policy = line_policy(db.session(), event.id)
    assert (policy.promotion, policy.firm_cap) == ("manual", 3)


def test_the_second_save_of_a_programme_says_what_the_first_has_changed(owner):
    workshop, dinner = make_event(title="Workshop"), make_event(title="Dinner")
    slug = make_programme(workshop, dinner)
    address = f"/organiser/programmes/{slug}/edit"
    answer, again = saved_twice(
        owner,
        address,
        {"title": "Winter days", "events-1-requires": str(workshop.id)},
        {"title": "Summer days", "summary": "Two days"},
    )
    assert answer.status_code == 409
    assert "“Title”" in unescape(answer.text)
    assert "They saved: Winter days" in answer.text
    assert again["summary"] == "Two days"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    assert db.session.query(Programme).one().title == "Summer days"


def test_the_second_save_of_a_category_says_what_the_first_has_changed(owner):
    event = make_event(categories={"Press": None})
    write_tx(lambda session: put_text(session, session.get_one(Event, event.id), Text("fr", "Atelier")))
    address = f"/organiser/events/{event.slug}/edit/categories/{event.categories['Press']}"
    answer, again = saved_twice(
        owner, address, {"name-fr": "Presse"}, {"name-fr": "Médias", "hint": "With a card"}
    )
    assert answer.status_code == 409
    assert "They saved: Presse" in answer.text
    assert again["hint"] == "With a card"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    found = db.session.query(Category).one()
    assert (found.hint, found.translations) == ("With a card", {"fr": {"name": "Médias"}})


def test_the_second_save_of_a_session_says_what_the_first_has_changed(owner):
    event = make_event()
    starts_at = db.session.get_one(Event, event.id).starts_at
    facts = SessionFacts("Coding", starts_at, starts_at + timedelta(hours=1))
    session_id = add_session(event.id, facts, SYSTEM)
    address = f"/organiser/events/{event.slug}/sessions/{session_id}"
    answer, again = saved_twice(owner, address, {"name": "Coding in practice"}, {"name": "Codes"})
    assert answer.status_code == 409
    assert "They saved: Coding in practice" in answer.text
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    assert db.session.query(EventSession).one().name == "Codes"


def test_the_second_save_of_a_question_says_what_the_first_has_changed(owner):
    asked = QuestionFacts("Diet", "choice", choices=("all", "vegan"))
    event = make_event(categories={"Press": None, "Member": None}, questions=(asked,))
    address = f"/organiser/events/{event.slug}/edit/questions/{event.questions[0]}"
    press, member = (str(event.categories[name]) for name in ("Press", "Member"))
    answer, again = saved_twice(
        owner,
        address,
        {"choices": "all\nhalal\nvegan", "category_ids": press},
        {"choices": "all\nkosher\nvegan", "category_ids": member, "hint": "For the dinner"},
    )
    assert answer.status_code == 409
    assert "They saved: all\nhalal\nvegan" in unescape(answer.text)
    assert "They saved: Press" in answer.text
    assert again["hint"] == "For the dinner"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    found = db.session.query(Question).one()
    assert (found.hint, found.choices) == ("For the dinner", ["all", "kosher", "vegan"])
    assert found.category_ids == [event.categories["Member"]]


def test_the_second_save_of_the_ways_in_says_what_the_first_has_changed(owner):
    event = make_event(categories={"Press": None})
    address = f"/organiser/events/{event.slug}/ways-in"
    code = f"access_code_{event.categories['Press']}"
    answer, again = saved_twice(owner, address, {code: "redaction"}, {code: "press2026"})
    assert answer.status_code == 409
    assert "They saved: redaction" in answer.text
    assert again[code] == "press2026"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    found = db.session.get_one(Event, event.id)
    assert (found.access_code, found.categories[0].access_code) == ("", "press2026")


def test_the_second_translator_is_told_what_the_first_has_changed(owner):
    asked = QuestionFacts("Diet", "choice", choices=("all", "vegan"))
    event = make_event(questions=(asked,))
    address = f"/organiser/events/{event.slug}/translations/fr"
    shown = form_of(owner.get(address).text)
    choice = next(name for name in shown if "-choice-" in name)
    assert owner.post(address, data=shown | {"title": "Atelier"}).status_code == 303
    answer, again = saved_twice(
        owner,
        address,
        {"title": "Atelier du soir", choice: "tout"},
        {"title": "Atelier du matin", choice: "omnivore", "summary": "À Bruxelles"},
    )
    assert answer.status_code == 409
    assert "They saved: Atelier du soir" in answer.text
    assert "They saved: tout" in answer.text
    assert again["summary"] == "À Bruxelles"
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    [text] = [one for one in db.session.get_one(Event, event.id).texts if one.locale == "fr"]
    assert (text.title, text.summary) == ("Atelier du matin", "À Bruxelles")


def test_the_second_translator_of_a_programme_is_told_too(owner):
    slug = make_programme(make_event(), make_event(title="Dinner"))
    address = f"/organiser/programmes/{slug}/translations/nl"
    answer, again = saved_twice(owner, address, {"title": "Dagen"}, {"title": "Twee dagen"})
    assert answer.status_code == 409
    assert "They saved: Dagen" in answer.text
    assert owner.post(address, data=again).status_code == 303
    db.session.rollback()
    assert db.session.query(Programme).one().translations["nl"]["title"] == "Twee dagen"


def test_the_second_save_of_a_mail_text_says_what_the_first_has_changed(owner):
    make_event()
    address = "/organiser/organisers/ditta/texts/confirmed/en"
    hers = {"subject": "Hello", "body": "See you.\n\nTill then."}
    answer, again = saved_twice(owner, address, {"subject": "Welcome"}, hers)
    assert answer.status_code == 409
    assert "They saved: Welcome" in answer.text
    assert again["body"] == "See you.\n\nTill then."
    # To look at it meanwhile is no answer to that.
    looked_at = owner.post(address, data=again | {"preview": ""})
    assert owner.post(address, data=form_of(looked_at.text)).status_code == 303
    db.session.rollback()
    assert db.session.query(MailText).one().subject == "Hello"


def an_event():
    event = make_event(venue="Autoworld")
    address = f"/organiser/events/{event.slug}/edit"
    return address, {"venue": "Flagey", "opens_at": "2026-12-02T08:00"}, {"title": "Gala", "shows_seats": ""}


def a_line():
    event = make_event()
    address = f"/organiser/events/{event.slug}/line"
    return address, {"promotion": "offer", "publishes_ledger": "y"}, {"firm_cap": "3", "needs_approval": "y"}


def a_programme():
    workshop, dinner = make_event(title="Workshop"), make_event(title="Dinner")
    address = f"/organiser/programmes/{make_programme(workshop, dinner)}/edit"
    return address, {"title": "Winter days", "events-1-requires": str(workshop.id)}, {"summary": "Two days"}


def a_category():
    event = make_event(categories={"Press": None})
    write_tx(lambda session: put_text(session, session.get_one(Event, event.id), Text("fr", "Atelier")))
    address = f"/organiser/events/{event.slug}/edit/categories/{event.categories['Press']}"
    return address, {"name-fr": "Presse", "opens_at": "2026-12-02T08:00"}, {"hint": "With a card"}


def a_session():
    event = make_event()
    starts_at = db.session.get_one(Event, event.id).starts_at.replace(second=0, microsecond=0)
    starts_at += timedelta(hours=1)
    session_id = add_session(
        event.id, SessionFacts("Coding", starts_at, starts_at + timedelta(minutes=30)), SYSTEM
    )
    address = f"/organiser/events/{event.slug}/sessions/{session_id}"
    return address, {"name": "Coding in practice", "is_offered": ""}, {"hint": "Bring a laptop"}


def a_question():
    asked = QuestionFacts("Diet", "choice", choices=("all", "vegan"))
    event = make_event(categories={"Press": None}, questions=(asked,))
    address = f"/organiser/events/{event.slug}/edit/questions/{event.questions[0]}"
    press = str(event.categories["Press"])
    return address, {"choices": "all\nhalal\nvegan", "category_ids": press}, {"hint": "For the dinner"}


def ways_in():
    event = make_event(categories={"Press": None})
    code = f"access_code_{event.categories['Press']}"
    address = f"/organiser/events/{event.slug}/ways-in"
    return address, {code: "redaction", "visibility": "unlisted"}, {"access_code": "ditta2026"}


def a_translation():
    event = make_event(questions=(QuestionFacts("Diet"),))
    address = f"/organiser/events/{event.slug}/translations/fr"
    question = f"question-{event.questions[0]}-label"
    return address, {"title": "Atelier", question: "Régime"}, {"title": "Atelier", "summary": "À Bruxelles"}


def a_mail_text():
    make_event()
    return "/organiser/organisers/ditta/texts/confirmed/en", {"subject": "Welcome"}, {"body": "See you."}


@pytest.mark.parametrize(
    "arrange",
    [
        an_event,
        a_line,
        a_programme,
        a_category,
        a_session,
        a_question,
        ways_in,
        a_translation,
        a_mail_text,
    ],
)
def test_what_only_one_of_two_has_changed_is_kept(owner, arrange):
    address, first, second = arrange()
    answer, _again = saved_twice(owner, address, first, second)
    assert answer.status_code == 303, re.findall(r'class="error[^>]*>([^<]*)', answer.text)
    said = unescape(owner.get(answer.location).text)
    assert "Someone else has saved this while you had it open" in said
    db.session.rollback()
    stored = form_of(owner.get(address).text)
    for name, value in (first | second).items():
        told = stored.get(name, "")
        assert (_minutes(told) if name == "opens_at" else told) == value, name


def test_what_does_not_go_together_is_asked_about(owner):
    event = make_event()
    edit = f"/organiser/events/{event.slug}/edit"
    shown = form_of(owner.get(edit).text)
    day = _minutes(shown["starts_at"])[:11]
    both = shown | {"starts_at": f"{day}08:00", "ends_at": f"{day}20:00", "tell": "no"}
    assert owner.post(edit, data=both).status_code == 303
    shown = form_of(owner.get(edit).text) | {"tell": "no"}
    assert owner.post(edit, data=shown | {"starts_at": f"{day}15:00"}).status_code == 303
    answer = owner.post(edit, data=shown | {"ends_at": f"{day}12:00"})
    assert 400 <= answer.status_code < 500
    again = form_of(answer.text)
    assert (_minutes(again["starts_at"]), again["ends_at"]) == (f"{day}15:00", f"{day}12:00")


def _minutes(at: str) -> str:
    return at.replace(" ", "T")[:16]


@pytest.fixture
def room(owner):
    """An event of 20 seats: its capacity screen, the address of what it sends, and its pool."""
    event = make_event(capacity=20)
    screen = f"/organiser/events/{event.slug}/capacity"
    return event, screen, f"{screen}/{factories.pool(event).id}"


def previewed(owner, screen: str, **wanted: str):
    """Open the screen in a tab of its own, ask what *wanted* would do, and return what to send for it."""
    shown = {key: value for key, value in form_of(owner.get(screen).text).items() if key != "csrf_token"}
    return form_of(owner.get(screen, query_string=shown | wanted).text)


def test_the_second_change_of_a_capacity_says_what_the_first_has_changed(owner, room):
    event, screen, address = room
    ben = previewed(owner, screen, wanted="18")
    assert owner.post(address, data=previewed(owner, screen, wanted="25")).status_code == 303
    answer = owner.post(address, data=ben)
    assert answer.status_code == 409
    assert "They saved: 25" in answer.text
    assert "With 18 seats" in answer.text
    assert factories.pool(event).wanted == 25
    assert owner.post(address, data=form_of(answer.text)).status_code == 303
    assert factories.pool(event).wanted == 18


def test_a_change_between_the_screen_and_the_preview_is_kept(owner, room):
    event, screen, address = room
    shown = form_of(owner.get(screen).text)
    assert owner.post(address, data=previewed(owner, screen, reserve="5")).status_code == 303
    # Only the seats are typed here, yet all of the form would be saved.
    answer = owner.get(screen, query_string=shown | {"wanted": "30"})
    assert answer.status_code == 200
    assert "With 30 seats" in answer.text
    assert owner.post(address, data=form_of(answer.text)).status_code == 303
    assert (factories.pool(event).wanted, factories.pool(event).reserve) == (30, 5)


def test_a_change_after_the_preview_is_kept(owner, room):
    event, screen, address = room
    ben = previewed(owner, screen, wanted="30")
    assert owner.post(address, data=previewed(owner, screen, reserve="5")).status_code == 303
    assert owner.post(address, data=ben).status_code == 303
    assert (factories.pool(event).wanted, factories.pool(event).reserve) == (30, 5)


def test_the_same_capacity_sent_twice_is_no_conflict(owner, room):
    event, screen, address = room
    data = previewed(owner, screen, wanted="25")
    assert [owner.post(address, data=data).status_code for _press in range(2)] == [303, 303]
    assert factories.pool(event).wanted == 25


def test_whoever_sends_no_marks_is_not_asked(app):
    event = make_event()
    change_line(event.id, LinePolicy(promotion="manual"), SYSTEM)
    change_line(event.id, LinePolicy(promotion="offer"), SYSTEM)
    with pytest.raises(optimistic_lock.ChangedMeanwhile) as changed:
        change_line(event.id, LinePolicy(firm_cap=2), SYSTEM, optimistic_lock.marks({"promotion": "manual"}))
    assert "promotion" in changed.value.names


@pytest.mark.parametrize("sent", ["\x00", "=", "a b=c =d", "title" * 10_000])
def test_marks_that_nobody_made_are_no_error(owner, sent):
    event = make_event()
    edit = f"/organiser/events/{event.slug}/edit"
    shown = form_of(owner.get(edit).text)
    assert owner.post(edit, data=shown | {"revision": sent}).status_code in {303, 409}
