"""Injection and encoding through the real forms: shown as text everywhere, or refused with a sentence."""

import io
import json
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from registration.booking.models import Attendee
from registration.core.database import db
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.mail.worker import send_due
from registration.organiser.attendees.exports import export
from tests.booking.programme_arranging import filled, make_programme, path
from tests.factories import make_event
from tests.mailbox import sent

HOSTILE = [
    "=?utf-8?q?Ann=0D=0ABcc=3A_evil=40example=2Eorg?=",
    "Ada\r\nBcc: evil@example.org",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{1009*1013}} {x.__class__} %s %(name)s",
    "=1+1",
    "@SUM(A1)",
    "-2",
    "Ada \u202eecalevoL",
    "Аda 李小龙 محمد 🎉 é\u0301",
    "'; DROP TABLE booking; --",
    "BEGIN:VCALENDAR\nEND:VCALENDAR",
]


@pytest.fixture
def programme(page_app):
    first = make_event(capacity=50, title="First", questions=(QuestionFacts("Diet?"),))
    second = make_event(capacity=1, title="Second")
    return make_programme(first, second), first, second


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_stays_text(page_app, page_client, programme, text):
    slug, first, second = programme
    data = filled(page_client, slug, first, second, name=text, firm=text) | {
        "attendees-0-name": text,
        f"attendees-0-question-{first.questions[0]}": text,
    }
    answer = page_client.post(path(slug), data=data)
    assert answer.status_code == 303
    page = page_client.get(answer.headers["Location"]).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    calendar = page_client.get(f"{answer.headers['Location']}calendar.ics").text
    assert calendar.count("BEGIN:VCALENDAR") == 1
    send_due()
    mail = sent()[-1]
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "ada@example.org"
    assert "<script>alert" not in mail.get_body(("html",)).get_content()
    told = mail.get_body(("plain",)).get_content()
    assert str(1009 * 1013) not in told
    for fmt in ("csv", "xlsx", "json"):
        out = io.BytesIO()
        export(db.session(), db.session.get_one(Event, first.id), fmt, out)
        raw = out.getvalue()
        if fmt == "xlsx":
            with ZipFile(out) as book:
                assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        elif fmt == "csv":
            cells = [cell for row in raw.decode("utf-8-sig").split("\r\n") for cell in row.split(",")]
            assert not [cell for cell in cells if cell.startswith(("=", "@", "-2"))]
        else:
            [row] = json.loads(raw)
            assert row["name"] == db.session.scalars(select(Attendee.name)).first()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Ada\x00"),
        ("firm", "x" * 201),
        ("attendees-0-email", "no address"),
        ("events", "<script>"),
        ("attendees-0-events", "../../etc/passwd"),
        ("email", "ada@exa\x00mple.org"),
        ("email_choice", "steal"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_shown_as_text(page_client, programme, field, value):
    slug, first, _second = programme
    answer = page_client.post(path(slug), data=filled(page_client, slug, first) | {field: value})
    # A choice that was never offered is of no account.
    assert answer.status_code in ((422, 303) if field == "email_choice" else (422,))
    assert "<script>" not in answer.text.replace("<script type", "")


@pytest.mark.parametrize("key", ["", "forged", "a.b.c"])
def test_a_form_without_a_good_key_keeps_everything(page_client, programme, key):
    slug, first, _second = programme
    answer = page_client.post(path(slug), data=filled(page_client, slug, first, submit_key=key))
    assert answer.status_code == 400
    assert 'value="Ada Lovelace"' in answer.text
    assert f'value="{first.slug}" checked' in answer.text


def test_the_key_of_an_event_is_no_key_for_the_programme(page_client, programme):
    slug, first, _second = programme
    own = page_client.get(f"/events/{first.slug}/register").text
    key = own.split('name="submit_key"')[1].split('value="')[1].split('"')[0]
    answer = page_client.post(path(slug), data=filled(page_client, slug, first, submit_key=key))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "name", ["attendees-99999999-name", "attendees-x-name", "attendees--1-name", "events-0"]
)
def test_odd_field_names_are_no_server_error(page_client, programme, name):
    slug, first, _second = programme
    answer = page_client.post(path(slug), data=filled(page_client, slug, first) | {name: "Ada"})
    assert answer.status_code in {303, 422}
    for button in ("add", "remove"):
        sent = filled(page_client, slug, first) | {name: "Ada", button: "99999999999"}
        assert page_client.post(path(slug), data=sent).status_code == 422


def test_a_form_from_another_site_is_refused(page_client, programme):
    slug, first, _second = programme
    headers = {"Origin": "https://elsewhere.example"}
    answer = page_client.post(path(slug), data=filled(page_client, slug, first), headers=headers)
    assert answer.status_code == 400


def test_the_form_sets_no_cookie_and_can_be_gone_back_to(page_client, programme):
    slug, first, _second = programme
    form = page_client.get(path(slug))
    refused = page_client.post(path(slug), data={})
    done = page_client.post(path(slug), data=filled(page_client, slug, first))
    assert not any("Set-Cookie" in answer.headers for answer in (form, refused, done))
    assert refused.headers["Cache-Control"] == "private, no-cache"
