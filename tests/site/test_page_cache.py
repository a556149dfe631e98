"""Pages from memory: as true as if they were made anew, cheap, and there when the database is not."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from registration.booking.changes.cancel import cancel
from registration.booking.event_settings.capacity import change_capacity
from registration.core import clock
from registration.core.database import db, single_reads
from registration.core.read_cache import KEPT_FOR
from registration.journal.services import ATTENDEE
from registration.seats.models import Pool
from registration.web.page_cache import PageCache, page_cache
from tests import factories
from tests.factories import make_event
from tests.site.arranging import away, edit


@pytest.fixture
def event(page_app):
    return make_event(capacity=3)


def path(event) -> str:
    return f"/events/{event.slug}/"


def test_a_page_that_did_not_change_costs_one_question_now_and_then(page_client, event, asked):
    at = clock.now()
    moments = [at]
    with clock.running(lambda: moments[-1]):
        page_client.get(path(event))
        asked.clear()
        assert page_client.get(path(event)).status_code == 200
        assert len(asked) == 0
        moments.append(at + KEPT_FOR)
        assert page_client.get(path(event)).status_code == 200
        assert len(asked) == 1


def test_a_registration_a_cancellation_and_a_capacity_show_at_once(page_client, event):
    def left() -> bool:
        return 'data-seats-left="3"' in page_client.get(path(event)).text

    assert left()
    registration = factories.register(event)
    assert not left()
    cancel(factories.target(registration), ATTENDEE)
    assert left()
    change_capacity(event.id, db.session.query(Pool.id).filter_by(event_id=event.id).scalar(), 9, ATTENDEE)
    assert 'data-seats-left="9"' in page_client.get(path(event)).text


def test_an_edit_shows_at_once(page_client, event):
    assert "Atomium" not in page_client.get(path(event)).text
    edit(event, venue="Atomium")
    assert "Atomium" in page_client.get(path(event)).text


def test_time_alone_changes_the_page(page_client, page_app):
    event = make_event(opens_at=clock.now() + timedelta(days=1))
    assert "Registration opens on" in page_client.get(path(event)).text
    later = clock.now() + timedelta(days=2)
    with clock.running(lambda: later):
        assert ">Register</a>" in page_client.get(path(event)).text


@pytest.mark.parametrize("address", ["/", "/organisers/ditta/", "/events/workshop-on-nomenclatures/"])
def test_a_browser_that_has_the_page_gets_304(page_client, event, address):
    first = page_client.get(address)
    assert first.headers["ETag"].startswith('W/"')
    assert "public" in first.headers["Cache-Control"]
    assert first.headers["Vary"] == "Accept-Language"
    assert "Set-Cookie" not in first.headers
    again = page_client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    edit(event, venue="Atomium")
    changed = page_client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("address", ["/", "/organisers/ditta/", "/events/workshop-on-nomenclatures/"])
def test_without_the_database_the_last_page_is_shown(page_client, event, address):
    last = page_client.get(address).text
    with away():
        answer = page_client.get(address)
        assert answer.status_code == 200
        assert answer.text == last
    factories.register(event)
    assert page_client.get(path(event)).text != last


def test_without_the_database_a_page_never_shown_asks_to_try_again(page_client, event):
    with away():
        answer = page_client.get(path(event))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Nothing was changed" in answer.text


def test_an_unknown_address_leaves_nothing_in_memory(page_client, page_app):
    for number in range(5):
        page_client.get(f"/events/nothing-{number}/")
        assert page_cache().last(("event", f"nothing-{number}", "en")) is None


def test_the_page_least_read_goes_first_and_one_rebuilt_often_stays():
    cache = PageCache(most=2)
    cache.page("hot", 1, lambda: "hot 1")
    cache.page("cold", 1, lambda: "cold")
    cache.page("hot", 2, lambda: "hot 2")
    cache.page("new", 1, lambda: "new")
    assert cache.last("cold") is None
    hot = cache.last("hot")
    assert hot is not None
    assert hot.body == b"hot 2"


def test_a_page_is_built_once_while_its_facts_hold():
    cache = PageCache()
    built: list[int] = []

    def build() -> str:
        built.append(1)
        return "text"

    assert cache.page("name", 1, build) == cache.page("name", 1, build)
    cache.page("name", 2, build)
    assert len(built) == 2


def test_the_page_is_as_true_on_each_database(client, app):
    event = make_event(capacity=3)
    assert 'data-seats-left="3"' in client.get(path(event)).text
    factories.register(event)
    assert 'data-seats-left="2"' in client.get(path(event)).text
    with single_reads().connect() as connection:
        assert not in_transaction(connection)
    # The engine that writes is as it was: its transactions begin and end.
    assert factories.register(event, "Ben").state == "confirmed"


def in_transaction(connection: Connection) -> bool:
    """Say whether the driver is within a transaction after a statement."""
    connection.exec_driver_sql("SELECT 1")
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return driver.in_transaction
    return driver is not None and driver.info.transaction_status.name != "IDLE"
