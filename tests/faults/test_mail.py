"""What the relay and the kernel can do to mail: nothing is lost, and a crash sends at most one mail twice."""

import asyncio
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from registration.cli.working import working
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail import outbox
from registration.mail.models import Delivery, OutgoingMessage
from registration.mail.transport import SmtpTransport, Transport, transport_from_url
from registration.mail.worker import send_due
from registration.seats import rules
from registration.seats.models import Registration
from tests.factories import cancel_registration, make_event, register, state
from tests.faults.dying_worker import send_until
from tests.forking import forking
from tests.mail.test_transport import Server

NAMES = ("Ada", "Ben", "Cleo")


class Relay(Server):
    """A relay that can take a mail and lose its own answer, or say nothing for long."""

    loses_answers = 0
    silent_for = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.is_asked.set()
        await asyncio.sleep(self.silent_for)
        answer = await super().handle_DATA(server, session, envelope)
        if self.loses_answers:
            self.loses_answers -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    def ids(self) -> Counter[str]:
        """Return the Message-IDs that were taken, with how often."""
        return Counter(str(message_from_bytes(one.original_content)["Message-ID"]) for one in self.taken)


@pytest.fixture
def relay() -> Iterator[Relay]:
    server = Relay()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def people(page_app) -> list:
    """Three registrations, each with a confirmation that waits to be sent."""
    event = make_event(capacity=9)
    return [register(event, name, email=f"{name.lower()}@example.org") for name in NAMES]


def to(relay: Relay, query: str = "") -> Transport:
    return transport_from_url(f"smtp://127.0.0.1:{relay.port}{query}")


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMessage.state).order_by(OutgoingMessage.id)))


def tried() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(OutgoingMessage.tries, OutgoingMessage.last_error).order_by(OutgoingMessage.id)
    )
    return [(row.tries, row.last_error or "") for row in rows]


def send_later(relay: Relay, minutes: int = 10) -> None:
    """Send what is due after a while."""
    later = clock.now() + timedelta(minutes=minutes)
    db.session.rollback()
    with clock.running(lambda: later):
        send_due(to(relay))


def each_once(relay: Relay) -> bool:
    return sorted(relay.ids().values()) == [1] * len(NAMES)


def test_a_relay_that_is_down_delays_mail_and_touches_no_registration(relay, people):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    send_due(transport_from_url(f"smtp://127.0.0.1:{port}"))
    assert [state(one) for one in people] == ["confirmed"] * 3
    assert states() == ["pending"] * 3
    # Nothing is held against the mails: no server has seen them.
    assert {tries for tries, _why in tried()} == {0}
    assert all("cannot be reached" in why for _tries, why in tried())
    send_later(relay)
    assert each_once(relay)


def test_a_silent_relay_costs_one_wait_for_the_whole_batch(relay, people):
    relay.silent_for = 30
    impatient = SmtpTransport("127.0.0.1", relay.port, "plain", timeout=0.4)
    begun = time.monotonic()
    send_due(impatient)
    assert time.monotonic() - begun < 10
    assert states() == ["pending"] * 3
    relay.silent_for = 0
    send_later(relay)
    assert set(relay.ids()) == ids()


def test_a_silent_relay_keeps_no_offer_open_that_has_run_out(page_app):
    relay = Relay()
    relay.silent_for = 20
    relay.start()
    page_app.config |= {"MAIL_URL": f"smtp://127.0.0.1:{relay.port}", "WORKER_SECONDS": 0.1}
    event = make_event(capacity=1, line={"promotion": rules.OFFER, "offer_hours": 24})
    seated = register(event, "Ada")
    late, next_one = register(event, "Ben"), register(event, "Cleo")
    cancel_registration(seated)
    assert state(late) == "offered"
    with working(page_app, threading.Event()):
        assert relay.is_asked.wait(15)
        expire(late)
        # Much shorter than the relay is silent.
        deadline = time.monotonic() + 15
        while (state(late), state(next_one)) != ("expired", "offered"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert relay.taken == []
        # It hangs up, so that nobody waits for it any longer.
        relay.stop()


def expire(registration) -> None:
    """Let the offer of *registration* have ended a second ago."""

    def work(session) -> None:
        row = session.get_one(Registration, registration.id)
        row.offer_expires_at = clock.now() - timedelta(seconds=1)

    write_tx(work)


def ids() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(OutgoingMessage.message_id)))


@pytest.mark.parametrize(
    ("answer", "after", "counts"),
    [
        ("421 4.3.2 going down", "pending", 0),
        ("450 4.2.0 busy", "pending", 1),
        ("550 5.1.1 unknown", "failed", 0),
    ],
)
def test_one_refused_person_holds_nobody_else_up(relay, people, answer, after, counts):
    relay.answers["ben@example.org"] = answer
    send_due(to(relay))
    assert states() == ["sent", after, "sent"]
    tries, why = tried()[1]
    assert why.split(": ")[-1][:3] in {"421", "450", "550"}
    assert "ben" not in why
    assert tries >= counts
    outcomes = db.session.scalars(select(Delivery.outcome)).all()
    assert Counter(outcomes)["sent"] == 2
    relay.answers.clear()
    send_later(relay)
    assert states() == ["sent", "sent" if after == "pending" else "failed", "sent"]


def test_an_answer_that_is_lost_sends_that_mail_twice_with_the_same_id(relay, people):
    relay.loses_answers = 1
    send_due(to(relay))
    send_later(relay)
    assert states() == ["sent"] * 3
    assert sorted(relay.ids().values()) == [1, 1, 2]
    assert set(relay.ids()) == ids()


def test_a_relay_without_the_encryption_we_require_gets_nothing(relay, people):
    send_due(to(relay, "?starttls=always"))
    assert relay.taken == []
    assert states() == ["pending"] * 3
    assert all("STARTTLS" in why for _tries, why in tried())


def test_one_connection_takes_many_mails(relay, people):
    send_due(to(relay))
    assert each_once(relay)
    assert relay.connections == 1


STEPS = [
    ("begin", 1),
    ("commit", 1),
    ("begin", 2),
    ("data", 1),
    ("taken", 1),
    ("commit", 2),
    ("begin", 4),
    ("data", 2),
    ("taken", 2),
    ("taken", 3),
    ("commit", 4),
]


@pytest.mark.parametrize(("step", "number"), STEPS)
def test_a_worker_that_is_killed_loses_no_mail_and_sends_at_most_one_twice(
    page_app, tmp_path, relay, people, step, number
):
    db.session.rollback()
    url = page_app.config["DATABASE_URL"]
    died = forking().Process(target=send_until, args=(step, number, url, tmp_path, relay.port))
    died.start()
    died.join(60)
    assert died.exitcode == -signal.SIGKILL
    taken_and_not_noted = sum(relay.ids().values()) - states().count("sent")
    send_later(relay, int(outbox.LEASE.total_seconds() // 60) + 1)
    assert states() == ["sent"] * 3
    assert set(relay.ids()) == ids()
    twice = sum(relay.ids().values()) - len(NAMES)
    assert twice == taken_and_not_noted <= 1
