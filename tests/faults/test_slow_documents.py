"""Documents that take long, and never come: every mail leaves once, and no transaction waits for them."""

import time
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select

from registration.booking.models import EventMail
from registration.core import clock, database
from registration.core.database import db
from registration.core.transaction import SlowWithin, write_tx
from registration.core.typesetting import NoTypesetter
from registration.mail import outbox, worker
from registration.mail.composing import compose, composers
from registration.mail.models import OutgoingMessage
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from tests.booking.arranging import Postbox
from tests.factories import make_event, register

MAILS = 22
# As one second of each document is to the fifteen of an idle transaction and the two minutes of a lease.
SECONDS, IDLE, LEASE = 0.15, "1.5s", timedelta(seconds=2.4)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Have an impatient database, and leases that are over soon; before the application opens it."""
    limits = [one for one in database._POSTGRES_LIMITS if "idle_in_transaction" not in one]
    idle = f"SET idle_in_transaction_session_timeout='{IDLE}'"
    monkeypatch.setattr(database, "_POSTGRES_LIMITS", (*limits, idle))
    monkeypatch.setattr(outbox, "LEASE", LEASE)


@pytest.fixture
def due(hasty, app) -> None:
    """Let confirmations with tickets be due, to as many people."""
    event = make_event(capacity=100)
    write_tx(lambda session: session.add(EventMail(event_id=event.id, attaches_ticket=True)))
    for number in range(MAILS):
        register(event, f"Ada {number}")


class Taken:
    """Who got a mail, with or without a ticket; and how many others lost their lease meanwhile."""

    def __init__(self) -> None:
        self.has_ticket: dict[str, bool] = {}
        self.free = 0

    def connection(self):
        return Postbox().connection()

    def send(self, raw: bytes, _sender: str, recipient: str) -> None:
        assert not db.session().in_transaction()
        assert recipient not in self.has_ticket
        parts = [part.get_content_type() for part in message_from_bytes(raw).walk()]
        self.has_ticket[recipient] = "application/pdf" in parts
        self.free += write_tx(self._free)

    @staticmethod
    def _free(session) -> int:
        is_free = (OutgoingMessage.state == "sending") & (OutgoingMessage.lease_until < clock.now())
        return len(session.scalars(select(OutgoingMessage.id).where(is_free)).all())


def set_slowly(_name: str, _facts: object) -> bytes:
    assert not db.session().in_transaction()
    time.sleep(SECONDS)
    return b"%PDF"


def states() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(OutgoingMessage.state)))


def test_every_mail_leaves_once_with_its_ticket_however_slowly_that_is_set(due, monkeypatch):
    monkeypatch.setattr("registration.booking.tickets.typeset", set_slowly)
    relay = Taken()
    assert send_due(relay) == MAILS
    assert list(relay.has_ticket.values()) == [True] * MAILS
    assert relay.free == 0
    assert states() == {"sent"}


def test_a_ticket_that_is_not_set_in_time_holds_up_no_mail(due, monkeypatch):
    def set_or_not(_name: str, facts: dict) -> bytes:
        if facts["tickets"][0]["name"] in ("Ada 3", "Ada 4"):
            time.sleep(SECONDS)
            raise NoTypesetter("not in time")
        return b"%PDF"

    monkeypatch.setattr("registration.booking.tickets.typeset", set_or_not)
    relay = Taken()
    send_due(relay)
    assert [*relay.has_ticket.values()].count(False) == 2
    assert len(relay.has_ticket) == MAILS
    assert states() == {"sent"}


def test_words_that_are_written_slowly_hold_no_snapshot_open(due, monkeypatch):
    def slowly(session, message):
        time.sleep(SECONDS)
        return written(session, message)

    written = composers()["confirmed"]
    monkeypatch.setitem(composers(), "confirmed", slowly)
    monkeypatch.setattr(worker, "SNAPSHOT_SECONDS", 0.2)
    monkeypatch.setattr("registration.booking.tickets.typeset", lambda _name, _facts: b"%PDF")
    relay = Taken()
    assert send_due(relay) == MAILS
    assert len(relay.has_ticket) == MAILS
    assert states() == {"sent"}


def test_a_lease_that_another_worker_has_taken_is_not_sent_here(due, monkeypatch):
    monkeypatch.setattr("registration.booking.tickets.typeset", lambda _name, _facts: b"%PDF")
    relay, others = Taken(), []

    class Slow(Taken):
        def send(self, raw: bytes, sender: str, recipient: str) -> None:
            relay.has_ticket[recipient] = True
            if len(relay.has_ticket) == 1:
                # As if this one mail had taken longer than the whole lease.
                later = clock.now() + 2 * LEASE
                with clock.running(lambda: later):
                    others.extend(write_tx(lambda session: outbox.claim(session, MAILS)))
                time.sleep(LEASE.total_seconds() * 0.6)

    send_due(Slow())
    assert len(others) == MAILS
    # This one and those of the next batch, which nobody else has: the rest is another's by now.
    assert len(relay.has_ticket) == 1


@pytest.mark.parametrize("work", ["writing", "sending"])
def test_nothing_of_it_is_done_within_a_transaction(page_app, tmp_path, work):
    register(make_event())

    def slow(session):
        message = session.scalars(select(OutgoingMessage)).one()
        if work == "writing":
            compose(session, message)
        else:
            FolderTransport(tmp_path).send(b"", "a@example.org", message.to_email)

    with pytest.raises(SlowWithin, match=work):
        write_tx(slow)
