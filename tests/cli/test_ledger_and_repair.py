"""`registration ledger` and `registration doctor --repair`."""

import pytest
from sqlalchemy import delete, select, update

from registration.cli import doctor, ledger
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.models import JournalEntry
from registration.mail.models import OutgoingMessage
from registration.seats import gate as gates
from registration.seats import ledger as ledgers
from registration.seats.models import LedgerEntry, Pool, Queue, Registration
from tests import factories
from tests.factories import pool, state


@pytest.fixture
def event(app, make_event):
    made = make_event(capacity=2)
    for name in ("Ada", "Ben", "Cleo"):
        factories.register(made, name)
    db.session.rollback()
    return made


def falsify(statement) -> None:
    write_tx(lambda session: session.execute(statement))


def test_the_ledger_is_printed_and_verified(app, event):
    run = app.test_cli_runner().invoke
    assert run(ledger, [event.slug]).output.count("\n") == 3
    verified = run(ledger, [event.slug, "--verify"])
    assert verified.exit_code == 0
    assert "nobody was let past" in verified.output


def test_a_falsified_ledger_is_found(app, event):
    falsify(update(LedgerEntry).where(LedgerEntry.number == 2).values(size=5))
    verified = app.test_cli_runner().invoke(ledger, [event.slug, "--verify"])
    assert verified.exit_code == 1
    assert "FAIL line 2" in verified.output


def test_somebody_let_past_is_found(app, event):
    # As a bug would write it: the chain is whole, but the third was seated before the second.
    factories.register(event, "Dora")
    rows = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.number)).all()
    assert [row.after for row in rows] == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    db.session.rollback()

    def jump(session):
        from_gate = gates.lock(session, [event.id])[event.id]
        line = ledgers.Line("state", 4, 0, 1, 0, {pool_id: 1}, "waitlisted", "confirmed")
        ledgers.append(session, from_gate, [line])
        gates.close(session, from_gate)

    pool_id = pool(event).id
    write_tx(jump)
    verified = app.test_cli_runner().invoke(ledger, [event.slug, "--verify"])
    assert verified.exit_code == 1
    assert "place 4 was seated while place 3 waited" in verified.output


def test_counts_are_mended_under_the_gate_and_journalled(app, event):
    falsify(update(Pool).values(taken=1))
    falsify(update(Queue).values(waiting=7))
    run = app.test_cli_runner().invoke
    assert run(doctor, [event.slug]).exit_code == 1
    mended = run(doctor, [event.slug, "--repair"])
    assert mended.exit_code == 0, mended.output
    assert pool(event).taken == 2
    assert db.session.scalars(select(JournalEntry.reason).where(JournalEntry.action == "repaired")).all()


def test_a_lost_mail_is_queued_anew_and_a_promotion_goes_on(app, event):
    falsify(delete(OutgoingMessage))
    falsify(update(Pool).values(seats=3, wanted=3, capacity=3))
    run = app.test_cli_runner().invoke
    assert run(doctor, [event.slug]).exit_code == 1
    assert run(doctor, [event.slug, "--repair"]).exit_code == 0
    third = db.session.scalars(select(Registration).where(Registration.place == 3)).one()
    assert state(third) == "confirmed"
    kinds = sorted(db.session.scalars(select(OutgoingMessage.kind)).all())
    assert kinds == ["confirmed", "confirmed", "promoted", "waitlisted"]


def test_nothing_to_mend_changes_nothing(app, event):
    before = db.session.scalars(select(JournalEntry.id)).all()
    db.session.rollback()
    assert app.test_cli_runner().invoke(doctor, ["--repair"]).exit_code == 0
    assert db.session.scalars(select(JournalEntry.id)).all() == before
