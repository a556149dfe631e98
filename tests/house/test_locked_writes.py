"""What a service reads, decides on and writes it has locked: otherwise one of two at once is lost."""

import pytest

from tests.house.files import ROOT
from tests.house.written_unlocked import written_unlocked

# The proofs and the demo write alone, and Flask-Security writes what its session read (accounts/store.py).
APART = {"proof", "demo", "schema"}
ALLOWED = {
    # Asked once without it, then under the lock of the whole table.
    ("mail/holding.py", "hold_in_copy", "OutboxPlace"),
}


def modules() -> dict[str, str]:
    package = ROOT / "registration"
    return {
        path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] not in APART
    }


def test_no_service_writes_a_row_that_it_has_not_locked():
    assert written_unlocked(modules()) - ALLOWED == set()


def test_no_exception_outlives_its_reason():
    assert ALLOWED - written_unlocked(modules()) == set()


@pytest.mark.parametrize(
    "work",
    [
        "booked = session.get_one(Booking, 1)\n    booked.bounces += 1",
        "booked = session.get(Booking, 1)\n    setattr(booked, 'name', 'Ada')",
        "booked = session.scalar(select(Booking).where(Booking.id == 1))\n    booked.name = 'Ada'",
        "for one in session.scalars(select(Booking)):\n        one.name = 'Ada'",
        "booked, other = session.get(Booking, 1), 2\n    session.delete(booked)",
        "booked = session.get_one(Booking, 1)\n    note(session, booked)",
        "booked = found(session)\n    booked.name = 'Ada'",
        "one = session.get_one(Category, 1)\n    one.name = 'Ada'",
    ],
)
def test_a_service_that_forgets_to_lock_is_noticed(work):
    sample = (
        f"def work(session):\n    {work}\n\n"
        "def note(session, row):\n    row.name = 'Ben'\n\n"
        "def found(session):\n    return session.get_one(Booking, 1)\n"
    )
    assert {one[:2] for one in written_unlocked({"sample.py": sample})} == {("sample.py", "work")}


@pytest.mark.parametrize(
    "work",
    [
        "booked = locked_one(session, Booking, 1)\n    booked.bounces += 1",
        "booked = session.get_one(Booking, 1)\n    return booked.name",
        "booked = session.scalar(select(Booking).with_for_update())\n    booked.name = 'Ada'",
        "gates.lock(session, [1])\n    one = session.get_one(Category, 1)\n    one.name = 'Ada'",
    ],
)
def test_a_service_that_locks_or_only_reads_is_left_alone(work):
    assert written_unlocked({"sample.py": f"def work(session):\n    {work}\n"}) == set()
