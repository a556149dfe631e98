"""Organisers say mails in their own words: flat placeholders, a preview, a test, a way back."""

import pytest

from registration.booking.emails.placeholders import PLACEHOLDERS
from registration.mail.transport import FolderTransport
from registration.mail.wording import filled, unknown_placeholders
from registration.mail.worker import send_due
from registration.organiser.mailing.mail_texts import EDITABLE, our_text
from tests import factories
from tests.factories import make_event, register, sign_in, token_in
from tests.mailbox import written

OWN = '<span class="pill">own words</span>'
SCREEN = "/organiser/organisers/ditta/texts/confirmed/en"


@pytest.fixture
def owner(page_app, page_client):
    """A client that is signed in as owner of an organiser with one registration."""
    register(make_event(capacity=9), "Ada {event}")
    send_due()
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    return page_client


def post(client, address: str, **data):
    return client.post(address, data={"csrf_token": token_in(client.get(SCREEN).text), **data})


def newest(folder):
    [mail] = written(folder)
    return mail


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{name}", "Ada {event}"),
        ("{{name}}", "{{name}}"),
        ("{{7*7}} {x.__class__} {name.__class__}", "{{7*7}} {x.__class__} {name.__class__}"),
        ("{0} {} %s %(name)s ${name}", "{0} {} %s %(name)s $Ada {event}"),
        ("{unknown} {NAME} {name", "{unknown} {NAME} {name"),
    ],
)  # fmt: skip
def test_a_placeholder_is_replaced_once_and_nothing_is_evaluated(text, result):
    assert filled(text, {"name": "Ada {event}", "event": "Gala"}) == result


def test_own_words_are_sent_from_now_on_and_ours_come_back(owner, page_app, tmp_path):
    words = {"subject": "Welcome to {event}", "body": "Welcome, {name}\n\nYou have {seats}. {{7*7}}"}
    assert post(owner, SCREEN, **words).status_code == 303
    event = make_event(title="Gala", capacity=9)
    register(event, "Ben")
    send_due(FolderTransport(tmp_path / "own"))
    letter = newest(tmp_path / "own")
    assert letter["Subject"] == "Welcome to Gala"
    text = letter.get_body(("plain",)).get_content()
    assert text.startswith(
        "Welcome, Ben\n\nYou have 1 seat. {{7*7}}\n".replace("\n", "\r\n")
    ) or text.startswith("Welcome, Ben\n\nYou have 1 seat. {{7*7}}\n")
    assert '<span dir="auto">Welcome, Ben</span>' in letter.get_body(("html",)).get_content()
    assert OWN in owner.get("/organiser/organisers/ditta/texts").text
    post(owner, f"{SCREEN}/ours")
    register(event, "Cleo")
    send_due(FolderTransport(tmp_path / "ours"))
    assert newest(tmp_path / "ours")["Subject"].startswith("Your seat is confirmed: Gala")


def test_a_preview_shows_a_real_person_and_keeps_nothing(owner, page_app, tmp_path):
    answer = post(owner, SCREEN, subject="Hi {name}", body="Welcome <b>{name}</b>", preview="1")
    assert answer.status_code == 422
    assert "Hi Ada {event}" in answer.text
    assert "Welcome &lt;b&gt;Ada {event}&lt;/b&gt;" in answer.text
    assert 'value="Hi {name}"' in answer.text
    assert OWN not in owner.get("/organiser/organisers/ditta/texts").text


def test_a_test_goes_to_me(owner, page_app, tmp_path):
    post(owner, SCREEN, subject="Welcome to {event}", body="Welcome, {name}: {link}")
    post(owner, f"{SCREEN}/test")
    send_due(FolderTransport(tmp_path))
    letter = newest(tmp_path)
    assert (letter["To"], letter["Subject"]) == (
        "Owner <owner@example.org>",
        "Welcome to Workshop on nomenclatures",
    )
    assert "/bookings/" not in letter.as_string()


@pytest.mark.parametrize("words", [{"subject": "", "body": "x"}, {"subject": "x", "body": ""}])
def test_empty_words_come_back(owner, words):
    assert post(owner, SCREEN, **words).status_code == 422


@pytest.mark.parametrize(
    ("words", "control", "unknown"),
    [
        ({"subject": "Hi {nmae}", "body": "x"}, "subject", "There is no {nmae}."),
        ({"subject": "x", "body": "Hi {Name}, {first name}"}, "body", "not known: {Name}, {first name}."),
        ({"subject": "x", "body": "{ name } {name}"}, "body", "There is no { name }."),
    ],
)
def test_a_placeholder_that_is_not_known_is_refused_at_its_field(owner, words, control, unknown):
    for extra in ({}, {"preview": "1"}):
        answer = post(owner, SCREEN, **words, **extra)
        assert answer.status_code == 422
        assert f'href="#{control}"' in answer.text
        assert unknown in answer.text
        assert "You can write: {name}, {event}, " in answer.text
    assert OWN not in owner.get("/organiser/organisers/ditta/texts").text


@pytest.mark.parametrize("code", ["en", "de", "fr", "nl", "zh"])
@pytest.mark.parametrize("kind", EDITABLE)
def test_our_own_words_hold_no_unknown_placeholder(page_app, kind, code):
    with page_app.test_request_context():
        assert unknown_placeholders(" ".join(our_text(kind, code)), PLACEHOLDERS) == []


def test_what_stands_in_two_braces_is_no_placeholder():
    assert unknown_placeholders("{{x}} {} {name} { {nmae} {nmae}", {"name"}) == ["nmae"]


def test_a_text_begins_with_ours(owner):
    page = owner.get(SCREEN).text
    assert "Your seat is confirmed: {event}, {day}" in page


@pytest.mark.parametrize("kind", EDITABLE)
def test_ours_can_be_shown_with_placeholders(page_app, kind):
    with page_app.test_request_context():
        subject, body = our_text(kind, "en")
    assert "{event}" in subject
    assert body


@pytest.mark.parametrize("path", ["nothing/en", "link/en", "confirmed/xx"])
def test_there_is_no_text_for_what_is_not_said(owner, path):
    assert owner.get(f"/organiser/organisers/ditta/texts/{path}").status_code == 404


def test_another_organiser_keeps_its_words(owner, page_app, tmp_path):
    post(owner, SCREEN, subject="Ours alone", body="Hello")
    register(make_event(title="Theirs", organiser="cocir"), "Ben")
    send_due(FolderTransport(tmp_path))
    assert newest(tmp_path)["Subject"].startswith("Your seat is confirmed: Theirs")
