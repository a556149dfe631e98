"""Facts that are read once in a transaction."""

from registration.core.database import db
from registration.core.transaction_cache import once


def test_a_fact_is_read_once_in_a_transaction_and_anew_in_the_next(page_app):
    asked = []

    def read() -> int:
        db.session.connection()
        asked.append(1)
        return len(asked)

    assert [once(db.session(), "a", read) for _time in range(3)] == [1, 1, 1]
    assert once(db.session(), "b", read) == 2
    assert once(db.session(), "a", read) == 1
    db.session.rollback()
    assert once(db.session(), "a", read) == 3


def test_nothing_is_a_fact_too(page_app):
    asked = []

    def read() -> None:
        db.session.connection()
        asked.append(1)

    for _time in range(3):
        assert once(db.session(), "a", read) is None
    assert len(asked) == 1
