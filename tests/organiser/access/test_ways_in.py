"""The screen of who finds an event and who may register."""

import pytest
from sqlalchemy import select

from registration.core.database import db
from registration.events.models import Category, Event
from registration.journal.models import JournalEntry
from tests import factories
from tests.factories import make_event, sign_in, token_in


@pytest.fixture
def event(page_app, page_client):
    sign_in(page_client, "boss@example.org", factories.make_account("boss@example.org", "manager"))
    return make_event(categories={"Member": None, "Press": None})


def save(client, event, **values):
    address = f"/organiser/events/{event.slug}/ways-in"
    data = {"csrf_token": token_in(client.get(address).text), "visibility": "public"}
    return client.post(address, data=data | values)


def stored(event) -> Event:
    db.session.rollback()
    return db.session.get_one(Event, event.id)


def test_what_is_saved_is_shown_again_and_journalled_without_the_code(page_client, event):
    press = f"access_code_{event.categories['Press']}"
    values = {"visibility": "unlisted", "by_invitation": "y", "access_code": "gala-2027", press: "press-1"}
    assert save(page_client, event, **values).status_code == 303
    found = stored(event)
    assert (found.visibility, found.by_invitation, found.access_code) == ("unlisted", True, "gala-2027")
    codes = dict(db.session.execute(select(Category.name, Category.access_code)).all())
    assert codes == {"Member": "", "Press": "press-1"}
    page = page_client.get(f"/organiser/events/{event.slug}/ways-in").text
    assert 'value="gala-2027"' in page
    assert 'value="press-1"' in page
    note = db.session.scalars(select(JournalEntry).where(JournalEntry.action == "ways-in")).one()
    assert (note.before, note.after) == ("public", "unlisted, invitation, code")


def test_the_name_of_a_category_cannot_write_html_into_its_label(page_app, page_client):
    sign_in(page_client, "boss@example.org", factories.make_account("boss@example.org", "manager"))
    event = make_event(categories={"<img src=x>": None})
    page = page_client.get(f"/organiser/events/{event.slug}/ways-in").text
    assert "Access code of &lt;img src=x&gt;" in page
    assert "<img src=x>" not in page


def test_pages_that_were_kept_follow_at_once(page_client, event):
    assert event.slug in page_client.get("/").text
    save(page_client, event, visibility="unlisted")
    assert event.slug not in page_client.get("/").text


@pytest.mark.parametrize("code", ["two words", "a,b,c,d", "abc", "x" * 61])
def test_a_code_that_people_could_not_type_is_told_at_its_field(page_client, event, code):
    answer = save(page_client, event, access_code=code)
    assert answer.status_code == 422
    assert 'href="#access_code"' in answer.text
    assert f'value="{code}"' in answer.text
    assert stored(event).access_code == ""


def test_an_unknown_visibility_is_refused(page_client, event):
    assert save(page_client, event, visibility="secret").status_code == 422
    assert stored(event).visibility == "public"
