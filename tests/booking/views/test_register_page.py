"""The registration form: what it takes, what it says, and that nothing typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from registration.booking.models import Answer, Attendee, Booking, Consent
from registration.core import clock
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.mail.models import OutgoingMessage
from registration.seats.models import Registration
from tests.factories import make_event, token_in

NEEDS = QuestionFacts("Do you need anything to take part?", "long", is_sensitive=True)


@pytest.fixture
def event(page_app):
    return make_event(capacity=2, categories={"Member": None, "Press": None}, questions=(NEEDS,))


def path(event) -> str:
    return f"/events/{event.slug}/register"


def filled(client, event, **changes):
    """Return a form as a person would send it."""
    category = str(event.categories["Member"])
    data = {
        "submit_key": token_in(client.get(path(event)).text, "submit_key"),
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "firm": "Nordlicht Imaging AB",
        "locale": "en",
        "consent": "y",
        "attendees-0-name": "",
        "attendees-0-category": category,
    }
    return data | changes


def errors(answer) -> dict[str, str]:
    """Return the sentences of the error summary by the control they lead to."""
    return {
        one: unescape(told) for one, told in re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', answer.text)
    }


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_whole_form_leads_to_the_booking(page_client, event):
    answer = page_client.post(path(event), data=filled(page_client, event))
    assert answer.status_code == 303
    page = page_client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert 'data-state="confirmed"' in page.text
    attendee = db.session.scalars(select(Attendee)).one()
    assert (attendee.name, attendee.firm, attendee.email) == (
        "Ada Lovelace",
        "Nordlicht Imaging AB",
        "ada@example.org",
    )
    assert db.session.scalars(select(Consent.purpose)).all() == ["registration"]


def test_the_same_form_sent_again_is_the_same_registration(page_client, event):
    data = filled(page_client, event)
    first = page_client.post(path(event), data=data)
    second = page_client.post(path(event), data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert (count(Registration), count(OutgoingMessage)) == (1, 1)


def test_the_same_key_with_other_answers_is_a_conflict(page_client, event):
    data = filled(page_client, event)
    page_client.post(path(event), data=data)
    answer = page_client.post(path(event), data=data | {"name": "Ben", "email": "ben@example.org"})
    assert answer.status_code == 409
    assert "already sent with other answers" in answer.text
    assert 'value="ben@example.org"' in answer.text
    assert count(Registration) == 1


def test_a_full_event_puts_the_party_on_the_waitlist_with_its_position(page_client, event):
    for name in ("ben", "cleo"):
        page_client.post(path(event), data=filled(page_client, event, email=f"{name}@example.org"))
    answer = page_client.post(path(event), data=filled(page_client, event))
    page = page_client.get(answer.headers["Location"]).text
    assert 'data-state="waitlisted"' in page
    assert 'data-position="1"' in page


def test_two_attendees_are_one_party(page_client, event):
    category = str(event.categories["Press"])
    data = filled(page_client, event) | {"attendees-1-name": "Ben", "attendees-1-category": category}
    page_client.post(path(event), data=data)
    assert db.session.scalars(select(Registration.size)).all() == [2]
    assert db.session.scalars(select(Attendee.name).order_by(Attendee.rank)).all() == ["Ada Lovelace", "Ben"]
    assert db.session.scalars(select(Attendee.firm)).all() == ["Nordlicht Imaging AB"] * 2


def test_an_address_that_is_registered_gets_its_link_by_mail_and_the_page_tells_nothing(page_client, event):
    page_client.post(path(event), data=filled(page_client, event))
    answer = page_client.post(
        path(event), data=filled(page_client, event, email="ADA@example.org", name="Eve")
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/registered")
    page = page_client.get(answer.headers["Location"]).text
    assert "/bookings/" not in page.replace("/bookings/link", "")
    assert "ada@" not in page.lower()
    assert db.session.scalars(select(OutgoingMessage.kind).order_by(OutgoingMessage.id)).all() == [
        "confirmed",
        "link",
    ]
    page_client.post(path(event), data=filled(page_client, event))
    assert count(OutgoingMessage) == 2


def test_an_empty_form_names_every_field_that_must_be_filled(page_client, event):
    answer = page_client.post(path(event), data={"submit_key": filled(page_client, event)["submit_key"]})
    assert answer.status_code == 422
    assert set(errors(answer)) == {"name", "email", "consent", "attendees-0-category-0"}
    assert "<title>Error: " in answer.text
    assert count(Booking) == 0


@pytest.mark.parametrize(
    ("field", "value", "control", "sentence"),
    [
        ("name", "x" * 101, "name", "at most 100 characters"),
        ("name", "Ada\x00Lovelace", "name", "cannot store"),
        ("name", "Ada\x07", "name", "cannot store"),
        ("name", " \u200b ", "name", "Enter your full name"),
        ("email", "ada", "email", "name@example.org"),
        ("email", "ada@@example.org", "email", "name@example.org"),
        ("email", "ada@example.org\nBcc: ben@example.org", "email", "Enter one address"),
        ("email", f"{'a' * 255}@example.org", "email", "254"),
        ("firm", "f" * 201, "firm", "at most 200"),
        ("attendees-0-category", "999999", "attendees-0-category-0", "Choose one of the options"),
        ("attendees-0-category", "drop table", "attendees-0-category-0", "Choose one of the options"),
        ("attendees-0-name", "n" * 101, "attendees-0-name", "at most 100"),
    ],
)
def test_bad_input_gets_a_sentence_at_its_field_and_keeps_the_rest(
    page_client, event, field, value, control, sentence
):
    answer = page_client.post(path(event), data=filled(page_client, event, **{field: value}))
    assert answer.status_code == 422
    assert sentence in errors(answer)[control]
    assert 'value="Nordlicht Imaging AB"' in answer.text or field == "firm"
    assert f'id="{control}"' in answer.text
    assert (count(Booking), count(Registration), count(OutgoingMessage)) == (0, 0, 0)


def test_an_answer_about_needs_asks_for_its_own_agreement(page_client, event):
    question = f"attendees-0-question-{event.questions[0]}"
    data = filled(page_client, event, **{question: "A ramp"})
    refused = page_client.post(path(event), data=data)
    assert refused.status_code == 422
    assert "consent_sensitive" in errors(refused)
    assert "A ramp" in refused.text
    assert page_client.post(path(event), data=data | {"consent_sensitive": "y"}).status_code == 303
    assert db.session.scalars(select(Answer.value)).all() == ["A ramp"]
    assert db.session.scalars(select(Consent.purpose).order_by(Consent.id)).all() == [
        "registration",
        "sensitive",
    ]


@pytest.mark.parametrize("key", ["", "forged", "a.b.c"])
def test_a_form_without_a_good_key_comes_back_with_all_that_was_typed(page_client, event, key):
    answer = page_client.post(path(event), data=filled(page_client, event, submit_key=key))
    assert answer.status_code == 400
    assert 'value="Ada Lovelace"' in answer.text
    data = filled(page_client, event, submit_key=token_in(answer.text, "submit_key"))
    assert page_client.post(path(event), data=data).status_code == 303


def test_a_key_of_another_event_is_no_key(page_client, event):
    other = make_event(title="Another")
    key = token_in(page_client.get(f"/events/{other.slug}/register").text, "submit_key")
    assert page_client.post(path(event), data=filled(page_client, event, submit_key=key)).status_code == 400


def test_a_form_that_was_open_for_more_than_a_day_loses_nothing(page_client, event):
    data = filled(page_client, event)
    later = clock.now() + timedelta(hours=25)
    with clock.running(lambda: later):
        # itsdangerous reads the machine's clock: the key itself is made old instead.
        data["submit_key"] = (
            data["submit_key"].rsplit(".", 2)[0] + ".AAAAAA." + data["submit_key"].rsplit(".", 1)[1]
        )
        answer = page_client.post(path(event), data=data)
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert 'value="ada@example.org"' in answer.text


def test_adding_and_removing_an_attendee_keeps_what_was_typed(page_client, event):
    added = page_client.post(path(event), data=filled(page_client, event, add="1"))
    assert added.status_code == 422
    assert 'name="attendees-1-name"' in added.text
    assert not errors(added)
    data = filled(page_client, event) | {
        "attendees-1-name": "Ben",
        "attendees-2-name": "Cleo",
        "attendees-1-category": "",
        "attendees-2-category": "",
        "remove": "1",
    }
    removed = page_client.post(path(event), data=data)
    assert removed.status_code == 422
    assert 'value="Cleo"' in removed.text
    assert 'value="Ben"' not in removed.text
    assert 'name="attendees-2-name"' not in removed.text


def test_more_people_than_one_form_takes_are_refused_not_dropped(page_client, event):
    category = str(event.categories["Member"])
    data = filled(page_client, event)
    for number in range(1, 12):
        data |= {f"attendees-{number}-name": f"Guest {number}", f"attendees-{number}-category": category}
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 422
    assert "up to 10 people" in answer.text
    assert count(Registration) == 0


def test_a_second_attendee_without_a_name_is_asked_for(page_client, event):
    data = filled(page_client, event) | {
        "attendees-1-name": "",
        "attendees-1-category": str(event.categories["Press"]),
    }
    answer = page_client.post(path(event), data=data)
    assert "person 2" in errors(answer)["attendees-1-name"]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"opens_at": timedelta(days=1)}, "not opened yet"),
        ({"closes_at": timedelta(days=-1)}, "closed"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_an_event_that_takes_nobody_says_why_and_takes_nobody(page_app, page_client, facts, sentence):
    at = clock.now()
    told = {name: at + value if isinstance(value, timedelta) else value for name, value in facts.items()}
    shut = make_event(title="Shut", **told)
    page = page_client.get(f"/events/{shut.slug}/register")
    assert page.status_code == 200
    assert sentence in page.text
    assert "<form" not in page.text
    open_event = make_event(title="Open")
    key = token_in(page_client.get(f"/events/{open_event.slug}/register").text, "submit_key")
    answer = page_client.post(f"/events/{shut.slug}/register", data={"submit_key": key, "name": "Ada"})
    assert answer.status_code == 400
    assert count(Registration) == 0


def test_a_window_that_closes_while_the_form_is_open_is_a_sentence(page_client, event):
    data = filled(page_client, event)
    later = clock.now() + timedelta(days=11)
    with clock.running(lambda: later):
        answer = page_client.post(path(event), data=data)
    assert answer.status_code in (400, 409)
    assert 'value="Ada Lovelace"' in answer.text
    assert count(Registration) == 0


def test_drafts_and_unknown_events_are_not_found(page_app, page_client):
    draft = make_event(title="Secret", status="draft")
    assert page_client.get(f"/events/{draft.slug}/register").status_code == 404
    assert page_client.post(f"/events/{draft.slug}/register", data={"name": "Ada"}).status_code == 404
    assert page_client.get("/events/nothing/register").status_code == 404


def test_a_body_that_is_too_large_gets_a_sentence(page_client, event):
    answer = page_client.post(path(event), data=filled(page_client, event, name="x" * 2_000_000))
    assert answer.status_code == 413
    assert "more than we can take" in answer.text


def test_a_torn_multipart_body_is_refused_and_not_read_as_empty(page_client, event):
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda'
    answer = page_client.post(path(event), data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400
    assert "damaged" in answer.text


def test_too_many_fields_are_refused(page_client, event):
    data = filled(page_client, event) | {f"f{number}": "" for number in range(1001)}
    assert page_client.post(path(event), data=data).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_form_from_another_site_is_refused(page_client, event, headers):
    answer = page_client.post(path(event), data=filled(page_client, event), headers=headers)
    assert answer.status_code == 400
    assert count(Registration) == 0


def test_broken_utf_8_is_no_server_error(page_client, event):
    key = filled(page_client, event)["submit_key"]
    body = f"submit_key={key}&email=ada%40example.org&consent=y&name=%ff%fe%ed%a0%80".encode()
    answer = page_client.post(path(event), data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 422)


def test_registering_sets_no_cookie_and_the_page_may_be_gone_back_to(page_client, event):
    form = page_client.get(path(event))
    refused = page_client.post(path(event), data={})
    done = page_client.post(path(event), data=filled(page_client, event))
    booking = page_client.get(done.headers["Location"])
    assert not any("Set-Cookie" in answer.headers for answer in (form, refused, done, booking))
    assert refused.headers["Cache-Control"] == "private, no-cache"
    assert booking.headers["Cache-Control"] == "no-store"
    assert booking.headers["Referrer-Policy"] == "no-referrer"
    assert booking.headers["X-Robots-Tag"] == "noindex"
