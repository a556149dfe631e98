"""The guest's pages: yes or no in one press and a confirming one, and nothing by looking."""

import re

import pytest

from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.invitations.services import withdraw_invitation
from registration.journal.services import SYSTEM
from registration.seats.models import Registration
from tests.booking.arranging import fields_in
from tests.factories import token_in
from tests.invitations.arranging import invitation, invite, link, make_gala, stands
from tests.mailbox import sent
from tests.site.arranging import edit


@pytest.fixture
def gala(page_app):
    made = make_gala(capacity=1)
    invite(made, "Ada", "Ben")
    return made


def fields(page) -> dict[str, str]:
    """Return the hidden fields of the form on the page."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        if 'type="hidden"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            found[re.search(r'name="([^"]+)"', tag)[1]] = value[1] if value else ""
    return found


def say_yes(client, name):
    page = client.get(f"{link(name)}yes")
    return client.post(f"{link(name)}yes", data=fields(page.text))


def say_no(client, name):
    page = client.get(f"{link(name)}no")
    return client.post(f"{link(name)}no", data={"key": token_in(page.text, "key")})


def count() -> int:
    db.session.rollback()
    return db.session.query(Registration).count()


def test_opening_every_link_of_the_mail_changes_nothing(page_client, gala):
    for ending in ("", "yes", "no", "yes?form=full"):
        assert page_client.get(link("Ada") + ending).status_code == 200
    assert stands(gala) == {"Ada": "unanswered", "Ben": "unanswered"}
    assert count() == 0


def test_where_nothing_is_asked_one_press_registers(page_client, gala):
    page = page_client.get(f"{link('Ada')}yes").text
    assert "We register Ada, and send the confirmation to ada@example.org." in page
    answer = say_yes(page_client, "Ada")
    assert answer.status_code == 303
    assert 'data-state="confirmed"' in page_client.get(answer.headers["Location"]).text
    page = page_client.get(link("Ada")).text
    assert "You accepted the invitation" in page
    assert 'data-state="confirmed"' in page


def test_a_second_press_is_the_same_registration(page_client, gala):
    data = fields(page_client.get(f"{link('Ada')}yes").text)
    places = {page_client.post(f"{link('Ada')}yes", data=data).headers["Location"] for _press in range(2)}
    assert len(places) == 1
    assert count() == 1


def test_when_it_is_full_the_guest_is_told_before_and_after(page_client, gala):
    say_yes(page_client, "Ada")
    page = page_client.get(f"{link('Ben')}yes").text
    assert "All seats are taken" in page
    assert ">Join the waitlist</button>" in page
    answer = say_yes(page_client, "Ben")
    assert 'data-state="waitlisted"' in page_client.get(answer.headers["Location"]).text
    assert "You are number 1 on the waitlist" in page_client.get(link("Ben")).text


def test_no_is_noted_and_can_be_taken_back(page_client, gala):
    answer = say_no(page_client, "Ada")
    assert answer.status_code == 303
    assert "You declined the invitation" in page_client.get(answer.headers["Location"]).text
    assert stands(gala)["Ada"] == "declined"
    say_yes(page_client, "Ada")
    assert stands(gala)["Ada"] == "accepted"


def test_no_after_yes_gives_the_seat_to_the_next_in_line(page_client, gala):
    say_yes(page_client, "Ada")
    say_yes(page_client, "Ben")
    assert "will be released immediately" in page_client.get(f"{link('Ada')}no").text
    say_no(page_client, "Ada")
    assert stands(gala) == {"Ada": "declined", "Ben": "accepted"}
    assert 'data-state="confirmed"' in page_client.get(link("Ben")).text


def test_no_needs_the_key_of_its_page(page_client, gala):
    key = token_in(page_client.get(f"{link('Ben')}no").text, "key")
    for data in ({}, {"key": key}):
        assert page_client.post(f"{link('Ada')}no", data=data).status_code == 400
    assert stands(gala)["Ada"] == "unanswered"


def test_where_something_is_asked_the_form_knows_name_and_address(page_app, page_client):
    gala = make_gala(capacity=5, questions=(QuestionFacts("Meat, fish or neither?", is_required=True),))
    invite(gala, "Ada", guests=1)
    page = page_client.get(f"{link('Ada')}yes").text
    assert 'value="Ada"' in page
    assert 'value="ada@example.org"' in page
    question = f"attendees-0-question-{gala.questions[0]}"
    data = fields(page) | {"name": "Ada", "email": "ada@example.org", "consent": "y"}
    wrong = page_client.post(f"{link('Ada')}yes", data=data)
    assert wrong.status_code == 422
    assert f'href="#{question}"' in wrong.text
    more = page_client.post(f"{link('Ada')}yes", data=data | {"add": "1"})
    assert 'name="attendees-1-name"' in more.text
    assert 'name="add"' not in more.text
    answer = page_client.post(f"{link('Ada')}yes", data=data | {question: "Neither"})
    assert answer.status_code == 303
    assert stands(gala) == {"Ada": "accepted"}


def test_a_form_for_more_than_the_invitation_says_is_told_and_kept(page_app, page_client):
    gala = make_gala(capacity=5)
    invite(gala, "Ada")
    data = fields(page_client.get(f"{link('Ada')}yes").text)
    answer = page_client.post(f"{link('Ada')}yes", data=data | {"attendees-1-name": "Ben"})
    assert answer.status_code == 422
    assert 'value="Ben"' in answer.text
    assert count() == 0


def test_more_guests_than_there_are_seats_are_refused_with_the_number(page_app, page_client):
    gala = make_gala(capacity=1)
    invite(gala, "Ada", guests=1)
    data = fields_in(page_client.get(f"{link('Ada')}yes?form=full").text)
    typed = {"name": "Ada", "email": "ada@example.org", "consent": "y", "attendees-1-name": "Ben"}
    answer = page_client.post(f"{link('Ada')}yes", data=data | typed)
    assert answer.status_code == 422
    assert "This event has 1 seat; you asked for 2. Register at most 1 person." in answer.text
    assert 'value="Ben"' in answer.text
    assert count() == 0
    assert stands(gala) == {"Ada": "unanswered"}


def test_a_link_that_is_none_or_was_withdrawn_says_the_same(page_client, gala):
    withdrawn = link("Ada")
    withdraw_invitation(gala.id, invitation("Ada").id, SYSTEM)
    pages = [page_client.get(address) for address in (withdrawn, "/invitations/nothing/")]
    assert [page.status_code for page in pages] == [404, 404]
    assert "is no longer valid" in pages[0].text
    assert pages[0].text == pages[1].text.replace("/invitations/nothing/", withdrawn)


def test_a_guest_of_a_cancelled_event_is_told_so(page_client, gala):
    edit(gala, status="cancelled")
    page = page_client.get(link("Ada")).text
    assert "cancelled" in page
    assert "yes" not in re.findall(r'href="([^"]+)"', page)
    assert page_client.get(f"{link('Ada')}yes").status_code == 302


def test_no_cache_and_no_search_engine_keeps_the_page(page_client, gala):
    headers = page_client.get(link("Ada")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_the_mail_says_who_invites_when_and_where_in_text_and_html(page_app, gala):
    mail = next(one for one in sent() if "ada@example.org" in one["To"])
    assert mail["Subject"] == "You are invited: Gala dinner"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,)).get_content()
        assert "DITTA would like to invite you" in body
        assert "Autoworld" in body
        assert f"http://localhost{link('Ada')}yes" in body
        assert f"http://localhost{link('Ada')}no" in body
        assert "was used to register" not in body
