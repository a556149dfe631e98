"""The database is away, full or read-only: a page says so, nothing is half done, it recovers by itself."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event as events
from sqlalchemy import func, select

from registration.booking.admission.services import register
from registration.core.database import db
from registration.core.transaction import Unavailable
from registration.doctor.examine import examine
from registration.mail.models import OutgoingMessage
from registration.schema.migrations import migrate
from registration.seats.models import Registration
from tests import factories
from tests.booking.form.test_questions import filled, path
from tests.conftest import running, settings_for
from tests.faults import cluster
from tests.faults.tables import tell


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_while_the_database_is_away_forms_keep_what_was_typed(tmp_path):
    with cluster.one_server() as server:
        server.ask("CREATE DATABASE away")
        for app in running(settings_for(cluster.url("away", server), tmp_path)):
            migrate(db.engine)
            event = factories.make_event(capacity=5)
            client = app.test_client()
            data = filled(client, event)
            seen = client.get(f"/events/{event.slug}/").text
            server.stop()
            db.session.remove()
            begun = time.monotonic()
            answer = client.post(path(event), data=data)
            assert time.monotonic() - begun < 20
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert 'value="ada@example.org"' in answer.text
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 503
            page = client.get(f"/events/{event.slug}/")
            assert page.status_code in (200, 503)
            server.start()
            again = client.post(path(event), data=hidden_fields(answer.text))
            assert again.status_code == 303, again.text
            assert client.get(f"/events/{event.slug}/").status_code == 200
            assert seen
            assert count(Registration) == count(OutgoingMessage) == 1
    tell("faults", "database gone, form sent meanwhile", "postgresql", "1", "nothing", COMMAND)


def hidden_fields(html: str) -> dict[str, str]:
    """Return what the page would send again."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


@contextmanager
def each_connection(*statements: str) -> Iterator[None]:
    """Run *statements* on every new connection."""

    def prepare(connection, _record) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    db.session.remove()
    db.engine.dispose()
    events.listen(db.engine, "connect", prepare)
    try:
        yield
    finally:
        events.remove(db.engine, "connect", prepare)
        db.session.remove()
        db.engine.dispose()


def pages() -> int:
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


@pytest.mark.parametrize("fault", ["disk full", "read-only file"])
def test_a_file_that_takes_no_more_is_answered_with_503_and_no_half_state(page_app, page_client, fault):
    event = factories.make_event(capacity=10_000)
    data = filled(page_client, event)
    before = count(Registration)
    statement = (
        "PRAGMA query_only = ON" if fault == "read-only file" else f"PRAGMA max_page_count = {pages()}"
    )
    with each_connection(statement):
        taken = taken_before_refusal(event)
        assert count(Registration) == before + taken
        answer = page_client.post(path(event), data=data | {"name": "Ada " + "a" * 90})
        if answer.status_code != 303:
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert 'value="ada@example.org"' in answer.text
        assert_clean()
    answer = page_client.post(path(event), data=data)
    assert answer.status_code in (303, 409)
    register(factories.application(event))
    assert_clean()
    tell("faults", f"SQLite: {fault}", "sqlite", f"after {taken} registrations", "nothing", COMMAND)


def taken_before_refusal(event) -> int:
    """Register until no more is taken: what is free within the last pages is used up first."""
    for taken in range(300):
        try:
            register(factories.application(event))
        except Unavailable:
            return taken
    raise AssertionError("it takes more and more")


def assert_clean() -> None:
    db.session.remove()
    assert [told for finding in examine(db.engine) for told in finding.sentences] == []


COMMAND = "`pytest tests/faults/test_outage.py`"
