"""What is spent is counted in the database: all nodes together, and nobody's address stands there."""

import re
import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import event, select

from registration import create_app
from registration.core import clock
from registration.core.database import db
from registration.core.throttle import Limit, Spending, forget_ended, give_back, take

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADA = Limit("ada@example.org", 2, 10 * MINUTE)


def at(minutes: float):
    return clock.running(lambda: NOON + minutes * MINUTE)


def test_a_window_begins_anew_once_it_is_over(page_app):
    taken = []
    for minutes in (0, 4, 8, 10, 14, 18):
        with at(minutes):
            taken.append(take(ADA))
    assert taken == [None, None, NOON + 10 * MINUTE, None, None, NOON + 20 * MINUTE]


def test_a_refused_try_counts_for_no_key(app):
    assert take(Limit("ada", 1)) is None
    assert take(Limit("ada", 1), Limit("machine", 1)) is not None
    assert take(Limit("machine", 1)) is None


def test_a_try_given_back_is_free(app):
    assert take(Limit("ada", 1)) is None
    assert take(Limit("ada", 1)) is not None
    give_back(Limit("ada", 1))
    assert take(Limit("ada", 1)) is None


def test_more_than_the_limit_at_once_is_none(page_app):
    assert take(Limit("bytes", 10, amount=11)) is not None
    assert take(Limit("bytes", 10, amount=10)) is None
    assert take(Limit("bytes", 10, amount=1)) is not None


def test_nodes_share_what_was_spent(app, settings):
    other = create_app(settings)
    other.config["TESTING"] = True
    limit = Limit("ada", 3)
    assert take(limit) is None
    with other.app_context():
        assert [take(limit), take(limit)] == [None, None]
        assert take(limit) is not None
        give_back(limit)
    assert take(limit) is None
    assert take(limit) is not None
    with other.app_context():
        assert take(limit) is not None
        db.session.remove()
        db.engine.dispose()


def test_tries_of_the_same_moment_all_count(app):
    taken = []

    def guess():
        with app.app_context():
            taken.append(take(Limit("ada", 5), Limit("machine", 8)))
            db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert taken.count(None) == 5


def test_what_is_full_is_not_asked_again_for_a_while(page_app):
    with at(0):
        assert [take(ADA), take(ADA)] == [None, None]
        assert take(ADA) is not None
        statements = []
        event.listen(db.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
        assert take(ADA) is not None
        assert statements == []
    with at(0.1):
        assert take(ADA) is not None
        assert statements


def test_no_address_stands_in_it(page_app):
    take(ADA, Limit("machine:192.0.2.7", 3))
    for key in db.session.scalars(select(Spending.key)):
        assert re.fullmatch("[0-9a-f]{64}", key)


def test_windows_that_are_over_are_forgotten(app):
    with at(0):
        take(ADA)
        take(Limit("cleo", 2, 30 * MINUTE))
    with at(9):
        assert forget_ended() == 0
    with at(10):
        assert forget_ended() == 1
    with at(11):
        assert take(ADA) is None
