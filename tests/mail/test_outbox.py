"""The outbox on both databases: nothing lost, nothing stale, one bad row blocks nobody."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from registration.booking.changes.cancel import cancel
from registration.booking.changes.contact_again import correct_address
from registration.cli import doctor
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.mail import outbox
from registration.mail.envelope import UnsendableLetter, UnsendableRecipient
from registration.mail.models import Delivery, OutgoingMessage
from registration.mail.transport import Deferred, FolderTransport, Refused
from registration.mail.worker import send_due
from tests import factories
from tests.factories import register, target
from tests.mail.test_envelope import pedantic


class Failing(FolderTransport):
    """A relay that answers as told, then takes everything."""

    def __init__(self, folder: Path, *answers: Exception) -> None:
        super().__init__(folder)
        self.answers = list(answers)
        self.tried = 0

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        self.tried += 1
        if self.answers:
            raise self.answers.pop(0)
        super().send(raw, sender, recipient)


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMessage.state).order_by(OutgoingMessage.id)))


def test_a_mail_is_sent_once_and_its_delivery_is_noted(app, make_event, tmp_path):
    register(make_event())
    relay = FolderTransport(tmp_path / "out")
    assert send_due(relay) == 1
    assert send_due(relay) == 0
    assert states() == ["sent"]
    assert db.session.scalars(select(Delivery.outcome)).all() == ["sent"]
    assert len(list((tmp_path / "out").glob("*.eml"))) == 1


def test_what_is_no_longer_true_is_not_sent(app, make_event, tmp_path):
    event = make_event(capacity=1)
    ada = register(event, "Ada")
    register(event, "Ben")
    cancel(target(ada), ATTENDEE)
    send_due(FolderTransport(tmp_path / "out"))
    kinds = dict(db.session.execute(select(OutgoingMessage.kind, OutgoingMessage.state)).all())
    assert kinds == {
        "confirmed": "superseded",
        "waitlisted": "superseded",
        "cancelled": "sent",
        "promoted": "sent",
    }


def test_a_relay_that_defers_is_tried_again_later_with_the_same_mail(app, make_event, tmp_path):
    register(make_event())
    relay = Failing(tmp_path / "out", Deferred("450 busy", counts=True))
    send_due(relay)
    assert states() == ["pending"]
    row = db.session.scalars(select(OutgoingMessage)).one()
    assert (row.tries, row.last_error) == (1, "450 busy")
    message_id = row.message_id
    assert send_due(relay) == 0
    later = clock.now() + timedelta(minutes=5)
    with clock.running(lambda: later):
        assert send_due(relay) == 1
    assert states() == ["sent"]
    assert message_id in next((tmp_path / "out").glob("*.eml")).read_text()


def test_a_refused_address_fails_and_the_next_mail_is_sent(app, make_event, tmp_path):
    event = make_event(capacity=5)
    register(event, "Ada")
    register(event, "Ben")
    send_due(Failing(tmp_path / "out", Refused("550 unknown")))
    assert states() == ["failed", "sent"]


def test_one_row_that_cannot_be_written_blocks_nobody(app, make_event, tmp_path):
    event = make_event(capacity=5)
    register(event, "Ada")
    register(event, "Ben")
    write_tx(
        lambda session: session.execute(
            update(OutgoingMessage).where(OutgoingMessage.id == 1).values(kind="broken")
        )
    )
    send_due(FolderTransport(tmp_path / "out"))
    assert states() == ["pending", "sent"]


def test_a_worker_that_died_is_followed_by_another_with_the_same_mail(app, make_event, tmp_path):
    register(make_event())
    claimed = write_tx(lambda session: [one.message_id for one in outbox.claim(session, 10)])
    assert states() == ["sending"]
    relay = FolderTransport(tmp_path / "out")
    assert send_due(relay) == 0
    later = clock.now() + outbox.LEASE + timedelta(seconds=1)
    with clock.running(lambda: later):
        assert send_due(relay) == 1
    assert states() == ["sent"]
    assert claimed[0] in next((tmp_path / "out").glob("*.eml")).read_text()


def test_two_workers_share_the_outbox(app, make_event):
    event = make_event(capacity=9)
    for _one in range(4):
        register(event)
    first = write_tx(lambda session: {one.id for one in outbox.claim(session, 2)})
    second = write_tx(lambda session: {one.id for one in outbox.claim(session, 9)})
    assert len(first) == len(second) == 2
    assert not first & second


THEIRS = "The mail server refused the mail: 550 unknown"
REASONS = {
    "a part that does not fit": (
        UnsendableLetter("The mail's parts do not fit together; it was not sent."),
        True,
    ),
    "our server is away": (Deferred("The mail server cannot be reached: no answer", counts=False), True),
    "our own bug": (Deferred("This mail could not be sent (KeyError).", counts=True, is_ours=True), True),
    "our sender is refused": (Refused("The mail server refused the mail: 550 sender", is_ours=True), True),
    "unknown to the recipient's server": (Refused(THEIRS), False),
    "a full mailbox": (Deferred("The mail server asks to try later: 452 full", counts=True), False),
    "no address at all": (UnsendableRecipient("The address is not one that mail can be sent to."), False),
}


@pytest.mark.parametrize(("trouble", "is_ours"), REASONS.values(), ids=REASONS)
def test_what_failed_for_a_reason_of_ours_is_an_error_and_is_sent_again(
    app, make_event, tmp_path, trouble, is_ours
):
    event = make_event()
    register(event)
    later = clock.now() + timedelta(hours=49)
    doctor_of = app.test_cli_runner().invoke
    with clock.running(lambda: later):
        send_due(Failing(tmp_path / "out", trouble))
        assert states() == ["failed"]
        found = doctor_of(doctor, [event.slug])
        assert found.exit_code == (1 if is_ours else 0), found.output
        assert (str(trouble) in found.output) is is_ours
        mended = doctor_of(doctor, [event.slug, "--repair"])
        assert mended.exit_code == 0, mended.output
        assert states() == (["pending"] if is_ours else ["failed"])
        send_due(FolderTransport(tmp_path / "out"))
    assert states() == (["sent"] if is_ours else ["failed"])


def test_a_mail_of_no_event_is_sent_again_too(app, make_event):
    register(make_event())
    alone = {"event_id": None, "registration_id": None, "state": "failed", "failed_here": True}
    write_tx(lambda session: session.execute(update(OutgoingMessage).values(**alone)))
    assert app.test_cli_runner().invoke(doctor, ["--repair"]).exit_code in (0, 1)
    assert states()[0] == "pending"


def test_every_mail_leaves_where_python_misses_the_parts_of_it(app, make_event, tmp_path, monkeypatch):
    pedantic(monkeypatch, is_whole=False)
    register(make_event())
    send_due(FolderTransport(tmp_path / "out"))
    assert states() == ["sent"]


def test_what_failed_before_goes_to_the_corrected_address(app, make_event, tmp_path):
    ada = register(make_event())
    send_due(Failing(tmp_path / "out", Refused(THEIRS)))
    correct_address(target(ada), "ada.lovelace@example.org", ATTENDEE)
    goes_to = set(db.session.scalars(select(OutgoingMessage.to_email)))
    assert goes_to == {"ada.lovelace@example.org"}


@pytest.mark.parametrize("hours", [47, 49])
def test_after_two_days_it_is_given_up_and_the_organiser_sees_it(app, make_event, tmp_path, hours):
    register(make_event())
    later = clock.now() + timedelta(hours=hours)
    with clock.running(lambda: later):
        send_due(Failing(tmp_path / "out", Deferred("421 later", counts=True)))
    assert states() == (["failed"] if hours > 48 else ["pending"])


def test_a_hostile_name_makes_no_header(app, make_event, tmp_path):
    factories.register(
        make_event(), "=?utf-8?q?Ann=0D=0ABcc=3A_evil=40example=2Eorg?=", email="ann@example.org"
    )
    send_due(FolderTransport(tmp_path / "out"))
    raw = next((tmp_path / "out").glob("*.eml")).read_bytes()
    assert states() == ["sent"]
    assert b"\nBcc:" not in raw
