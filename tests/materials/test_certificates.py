"""A certificate for those who were there, from the page of their registration, when it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from registration.booking.admission.services import register
from registration.booking.changes.attendance import check_in
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.database import db
from registration.core.typesetting import typeset
from registration.journal.services import SYSTEM
from registration.materials.rules import was_there
from tests.factories import application, cancel_registration, make_event, registration_of

NOW = datetime(2027, 3, 12, tzinfo=UTC)
OVER, YET = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({}, True),
        ({"ends_at": YET}, False),
        ({"event_status": "cancelled"}, False),
        ({"has_checkin": True}, False),
        ({"has_checkin": True, "checked_in_at": OVER}, True),
    ],
)
def test_who_was_there_is_who_was_let_in_or_had_a_seat_where_nobody_was(values, may):
    facts = {"event_status": "published", "ends_at": OVER, "now": NOW, "checked_in_at": None,
             "has_checkin": False}  # fmt: skip
    assert was_there(**(facts | values)) is may


@pytest.fixture
def event(page_app):
    return make_event(capacity=3, title="Workshop on nomenclatures")


def afterwards(event):
    at = clock.now() + timedelta(days=30)
    return clock.running(lambda: at)


def attendee(name) -> int:
    db.session.rollback()
    return db.session.scalars(select(Attendee.id).where(Attendee.name == name)).one()


def address(token, name) -> str:
    return f"/bookings/{token}/certificates/{attendee(name)}.pdf"


def test_each_of_a_party_finds_her_certificate_when_it_is_over(page_client, event):
    token = register(application(event, "李小龙", party=2)).token
    assert "certificates" not in page_client.get(f"/bookings/{token}/").text
    assert page_client.get(address(token, "李小龙")).status_code == 404
    with afterwards(event):
        page = page_client.get(f"/bookings/{token}/").text
        assert address(token, "李小龙") in page
        assert address(token, "Guest 1 of 李小龙") in page
        answer = page_client.get(address(token, "李小龙"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"%PDF-")


def test_where_people_were_let_in_only_they_get_one(page_client, event):
    ada, ben = (register(application(event, name)).token for name in ("Ada", "Ben"))
    check_in(event.id, attendee("Ada"), is_in=True, actor=SYSTEM)
    with afterwards(event):
        assert page_client.get(address(ada, "Ada")).status_code == 200
        assert page_client.get(address(ben, "Ben")).status_code == 404
        assert "certificates" not in page_client.get(f"/bookings/{ben}/").text


def test_nobody_gets_that_of_another_or_of_a_seat_given_back(page_client, event):
    receipt = register(application(event, "Ada"))
    ben = register(application(event, "Ben")).token
    cancel_registration(registration_of(receipt))
    with afterwards(event):
        assert page_client.get(address(receipt.token, "Ada")).status_code == 404
        assert page_client.get(address("nothing", "Ben")).status_code == 404
        assert page_client.get(address(ben, "Ada")).status_code == 404


@pytest.mark.parametrize("name", ['#panic("x")', "\ue000", "*Ada* $x$ @here \\ #", "Łukasz Żółć"])
def test_no_name_breaks_the_document_or_is_carried_out(page_app, name):
    words = dict.fromkeys(
        ("title", "heading", "confirms", "firm", "attended", "event", "when", "where", "organiser"), name
    )
    assert typeset("certificate/certificate.typ", words | {"lang": "en", "name": name}).startswith(b"%PDF-")
