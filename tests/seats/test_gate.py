"""Who locks a gate writes it back: whatever was counted under the lock is there for the next one."""

import ast

import pytest
from sqlalchemy import select

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.seats import gate as gates
from registration.seats.models import Queue
from tests.factories import make_event
from tests.house.files import ROOT

# The stage of the proof only reads.
BY_HAND = {"registration/proof/stage.py": {"lock"}}


def step_of(event_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(select(Queue.step).where(Queue.event_id == event_id)).one()


def test_a_gate_is_written_back_at_the_end_of_the_block(page_app):
    event = make_event()
    before = step_of(event.id)

    def work(session):
        with gates.locked(session, event.id) as gate:
            gate.waiting = 7

    write_tx(work)
    assert step_of(event.id) == before + 1
    assert db.session.scalars(select(Queue.waiting).where(Queue.event_id == event.id)).one() == 7


def test_who_leaves_early_has_written_it_back_too(page_app):
    event = make_event()
    before = step_of(event.id)

    def work(session):
        with gates.locked(session, event.id):
            return

    write_tx(work)
    assert step_of(event.id) == before + 1


def test_after_an_exception_nothing_is_written_and_the_gate_can_be_locked_again(page_app):
    event = make_event()
    before = step_of(event.id)

    def work(session):
        with pytest.raises(RuntimeError, match="full"), gates.locked(session, event.id):
            raise RuntimeError("full")
        gates.hold(session, [event.id])
        with gates.locked(session, event.id):
            pass

    write_tx(work)
    assert step_of(event.id) == before + 1


def test_a_gate_is_not_locked_within_its_own_block(page_app):
    event = make_event()

    def work(session):
        with gates.locked(session, event.id), gates.all_locked(session, [event.id]):
            pass

    with pytest.raises(AssertionError, match="locked already"):
        write_tx(work)


def test_an_event_without_a_gate_cannot_be_held(page_app):
    with pytest.raises(gates.GateMissing):
        write_tx(lambda session: gates.hold(session, [4711]))


def test_no_service_locks_a_gate_without_closing_it():
    found: dict[str, set[str]] = {}
    for path in (ROOT / "registration").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Attribute) or node.attr not in ("lock", "close"):
                continue
            if isinstance(node.value, ast.Name) and node.value.id in ("gate", "gates"):
                found.setdefault(str(path.relative_to(ROOT)), set()).add(node.attr)
    assert found == BY_HAND
