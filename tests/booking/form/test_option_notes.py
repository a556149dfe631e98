"""What the options of a form say before anybody presses the button."""

import re
from datetime import timedelta

from sqlalchemy import update

from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.core import clock
from registration.core.transaction import write_tx
from registration.events.models import Category, Event
from registration.journal.services import SYSTEM
from tests.booking.arranging import booked, fields_in, key_of
from tests.factories import make_event, register

DAY = timedelta(days=1)


def change(model, row_id: int, **values) -> None:
    def work(session) -> None:
        session.execute(update(model).where(model.id == row_id).values(**values))
        if model is Category:
            event_id = session.get_one(Category, row_id).event_id
            session.execute(update(Event).where(Event.id == event_id).values(revision=Event.revision + 1))
        else:
            session.execute(update(Event).where(Event.id == row_id).values(revision=Event.revision + 1))

    write_tx(work)


def form_of(client, event) -> str:
    return client.get(f"/events/{event.slug}/register").text


def option(html: str, value: int) -> str:
    """Return the label of one option, with its control."""
    found = re.search(rf'<label class="choice"[^>]*><input[^>]*value="{value}"[^>]*>.*?</label>', html, re.S)
    assert found is not None
    return found[0]


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


def test_a_category_says_that_it_is_full(page_app, page_client):
    event = make_event(capacity=5, categories={"Press": 1, "Member": None})
    register(event, "Ben", category="Press")
    page = form_of(page_client, event)
    assert words_of(option(page, event.categories["Press"])) == "Press (full: waitlist)"
    assert words_of(option(page, event.categories["Member"])) == "Member"
    assert "disabled" not in option(page, event.categories["Press"])


def test_a_full_category_without_a_waitlist_cannot_be_chosen(page_app, page_client):
    event = make_event(capacity=5, categories={"Press": 1, "Member": None}, has_waitlist=False)
    register(event, "Ben", category="Press")
    press = option(form_of(page_client, event), event.categories["Press"])
    assert words_of(press) == "Press (full)"
    assert " disabled" in press


def test_a_category_says_that_it_needs_a_code_and_the_code_says_for_which(page_app, page_client):
    event = make_event(categories={"Press": None, "Member": None})
    change(Category, event.categories["Press"], access_code="ink")
    page = form_of(page_client, event)
    assert words_of(option(page, event.categories["Press"])) == "Press (needs an access code)"
    assert "Only needed for: Press." in page
    assert "Press · needs an access code" in words_of(page_client.get(f"/events/{event.slug}/").text)


def test_a_category_that_opens_later_says_when_and_cannot_be_chosen_yet(page_app, page_client):
    event = make_event(categories={"Press": None, "Member": None})
    change(Category, event.categories["Press"], opens_at=clock.now() + DAY)
    page = form_of(page_client, event)
    press = option(page, event.categories["Press"])
    assert words_of(press).startswith("Press (opens ")
    assert " disabled" in press
    data = fields_in(page) | {
        "name": "Ada",
        "email": "ada@example.org",
        "consent": "y",
        "attendees-0-category": str(event.categories["Press"]),
    }
    answer = page_client.post(f"/events/{event.slug}/register", data=data)
    assert answer.status_code == 422
    assert "Choose another category, or come back then." in answer.text
    assert "options that are listed" not in answer.text


def test_an_event_whose_only_category_opens_later_says_when_and_shows_no_form(page_app, page_client):
    event = make_event(capacity=10, categories={"Member": None})
    change(Category, event.categories["Member"], opens_at=clock.now() + DAY)
    page = page_client.get(f"/events/{event.slug}/").text
    assert "Registration opens on" in page
    assert "10 of 10 seats left" not in page
    assert "/register" not in page.split("<main")[1]
    form = form_of(page_client, event)
    assert "Registration opens on" in form
    assert '<form method="post"' not in form
    assert "Registration opens on" in page_client.get("/").text
    assert page_client.get(f"/events/{event.slug}/opening.ics").status_code == 200


def test_an_event_whose_categories_have_all_closed_has_closed(page_app, page_client):
    event = make_event(categories={"Member": None})
    change(Category, event.categories["Member"], closes_at=clock.now() - DAY)
    assert "Registration has closed" in page_client.get(f"/events/{event.slug}/").text
    assert "Registration has closed" in form_of(page_client, event)


def test_a_session_says_that_it_is_full_though_numbers_are_not_shown(page_app, page_client):
    event = make_event(capacity=5, shows_seats=False)
    starts_at = clock.now().replace(microsecond=0) + timedelta(days=10)
    coding = add_session(
        event.id, SessionFacts("Coding", starts_at, starts_at + timedelta(hours=1), seats=1), SYSTEM
    )
    page, ada = booked(event, "Ada")
    who = f"{page}registrations/{ada.id}/attendees/"
    assert who
    assert "full" not in option(form_of(page_client, event), coding)
    change_sessions(page_client, page, ada, coding)
    assert words_of(option(form_of(page_client, event), coding)).endswith("· full: waitlist")


def change_sessions(client, page: str, ada, session_id: int) -> None:
    link = re.search(r'href="([^"]*/choice)"', client.get(page).text)
    assert link is not None
    data = {"key": key_of(client, page), "sessions": [str(session_id)]}
    assert client.post(link[1], data=data).status_code == 303


def test_a_limit_for_each_firm_makes_the_organisation_required(page_app, page_client):
    event = make_event(line={"firm_cap": 2, "limits_firms": True})
    page = form_of(page_client, event)
    control = re.search(r'<input[^>]*name="firm"[^>]*>', page)
    assert control is not None
    assert 'aria-required="true"' in control[0]
    assert "(optional)" not in page.split('for="firm"')[1].split("</label>")[0]
    by_domain = make_event(
        title="By domain", line={"firm_cap": 2, "firm_cap_by": "domain", "limits_firms": True}
    )
    assert "(optional)" in form_of(page_client, by_domain).split('for="firm"')[1].split("</label>")[0]


def test_nobody_is_brought_to_an_event_that_has_closed(page_app, page_client):
    event = make_event(capacity=5)
    page, _ada = booked(event, "Ada")
    link = re.search(r'href="([^"]*)">Add a person', page_client.get(page).text)
    assert link is not None
    change(Event, event.id, closes_at=clock.now() - DAY)
    assert "Add a person" not in page_client.get(page).text
    answer = page_client.get(link[1])
    assert answer.status_code == 409
    assert "Registration is not open. Contact the organiser." in answer.text
