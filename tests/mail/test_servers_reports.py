"""Reports of every mail server, from the pipe to what is counted against an address."""

import pytest
from sqlalchemy import select

from registration.booking.inbound.bounces import is_known, note_bounce
from registration.booking.models import Booking
from registration.core.database import db
from registration.mail.addresses import numbered
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from registration.mail.reports import read_report
from registration.mail.worker import BOUNCES, send_due
from tests.factories import make_event, register
from tests.mail.reporting import DEAD, IGNORED, NOTED, reports

ADDRESS = "bounces@events.example.org"


@pytest.mark.parametrize("shape", [*reports()], ids=lambda shape: shape.name)
def test_what_each_server_reports_is_understood(page_app, shape):
    page_app.config["BOUNCE_ADDRESS"] = ADDRESS
    register(make_event(), email="ada@example.org")
    send_due()
    db.session.rollback()
    message_id = db.session.scalars(select(OutgoingMessage.id)).one()
    raw = shape.raw(numbered(ADDRESS, BOUNCES, message_id), "ada@example.org")
    db.session.rollback()
    try:
        note_bounce(read_report(raw, known=is_known(ADDRESS)), ADDRESS)
        outcome = NOTED
    except Ignored:
        outcome = IGNORED
    db.session.rollback()
    [booking] = db.session.scalars(select(Booking))
    if booking.unreachable_at is not None:
        outcome = DEAD
    assert outcome == shape.expected
    if outcome != IGNORED:
        error = db.session.scalars(select(OutgoingMessage.last_error)).one()
        assert len(error) <= 300
        assert "ada@" not in error


def test_a_mail_to_no_address_of_ours_is_not_read_at_all(page_app, monkeypatch):
    monkeypatch.setattr("registration.mail.reports._groups", None)
    raw = next(reports()).raw("bounces+1.aaaaaaaaaaaaaaaa@events.example.org", "ada@example.org")
    with pytest.raises(Ignored, match="no address of ours"):
        read_report(raw, known=is_known(ADDRESS))
