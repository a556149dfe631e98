"""Mails that are written in a batch: read at once, and still what each would say alone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event as events
from sqlalchemy import select, update

from registration.booking.changes.cancel import cancel
from registration.booking.notifications import kinds
from registration.booking.notifications.notify import announce_one
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.mail import worker
from registration.mail.composing import Draft, Superseded, compose, readers
from registration.mail.models import OutgoingMessage
from registration.mail.transport import FolderTransport
from tests.booking.arranging import Postbox
from tests.factories import Made, make_event, register, target

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with clock.running(lambda: NOW):
        yield


def written(*, at_once: bool) -> list[Draft | str]:
    """Return what each mail of the outbox says, or why it is not sent."""
    db.session.rollback()
    session = db.session()
    messages = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    found: list[Draft | str] = []
    if at_once:
        for read in readers():
            read(session, messages)
    for message in messages:
        try:
            found.append(compose(session, message))
        except Superseded as reason:
            found.append(str(reason))
        if not at_once:
            session.rollback()
    return found


def due(event: Made, count: int) -> None:
    """Let *count* confirmations be due, each to somebody else."""
    for number in range(count):
        register(event, f"Ada {number}")


def test_each_mail_says_what_it_would_say_alone(app):
    gala, talk = make_event(title="Gala", capacity=3), make_event(title="Talk", capacity=1)
    ada = register(gala, "Ada", email="ada@example.org", party=2)
    register(talk, "Ada", email="ada@example.org")
    register(talk, "Ben", email="ben@example.org")
    cleo = register(gala, "Cleo", email="cleo@example.org")
    worker.send_due(Postbox())
    cancel(target(cleo), ATTENDEE)
    for kind in (kinds.REMINDER, kinds.LINK, kinds.MOVED):
        write_tx(lambda session, kind=kind: announce_one(session, ada.id, kind))
    write_tx(
        lambda session: session.execute(
            update(OutgoingMessage).where(OutgoingMessage.kind == kinds.LINK).values(to_email="a@example.org")
        )
    )
    alone = written(at_once=False)
    assert written(at_once=True) == alone
    assert sum(isinstance(one, Draft) for one in alone) > 4
    assert any(one.references for one in alone if isinstance(one, Draft))
    assert any(isinstance(one, str) for one in alone)


def test_a_batch_asks_as_often_for_twenty_mails_as_for_two(app, monkeypatch):
    # A busy machine would write fewer of them in one snapshot.
    monkeypatch.setattr(worker, "SNAPSHOT_SECONDS", 60)
    event = make_event(capacity=50)
    counts = []
    for size in (2, worker.BATCH):
        due(event, size)
        messages = write_tx(lambda session: worker.outbox.claim(session, worker.BATCH))
        assert len(messages) == size
        asked: list[str] = []

        def count(_connection, _cursor, statement, *_rest, asked=asked) -> None:
            asked.append(statement)

        events.listen(db.engine, "before_cursor_execute", count)
        drafts = worker._drafts(messages)
        assert [type(draft) for _message, draft in drafts] == [Draft] * size
        events.remove(db.engine, "before_cursor_execute", count)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20


def test_who_cannot_read_ahead_stops_no_mail(app, tmp_path):
    due(make_event(), 2)

    def fail(_session, _messages) -> None:
        raise RuntimeError("no")

    readers().insert(0, fail)
    assert worker.send_due(FolderTransport(tmp_path / "out")) == 2
    assert len(list((tmp_path / "out").glob("*.eml"))) == 2


def test_what_was_read_ahead_is_forgotten_with_its_snapshot(app):
    ada = register(make_event(), "Ada")
    assert isinstance(written(at_once=True)[0], Draft)
    cancel(target(ada), ATTENDEE)
    assert written(at_once=True)[0] == "the registration is cancelled by now"
