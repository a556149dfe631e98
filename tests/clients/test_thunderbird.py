"""A real Thunderbird subscribes to the running server and follows what becomes of a registration."""

import time
from collections.abc import Callable, Iterator

import pytest

from registration.booking.calendar.owner import owner_of
from registration.booking.calendar.services import renew_person_feed, show_sessions
from registration.booking.models import Booking
from registration.core.database import db
from registration.events.models import Event
from tests.booking.changes.test_session_choices import add_session
from tests.clients.life import ADA, STAGES, TITLE, begin, go_on, own_feed
from tests.clients.thunderbird import PATIENCE, Shown, Thunderbird
from tests.factories import make_event, register
from tests.serving import serving


@pytest.fixture(scope="module")
def thunderbird(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thunderbird]:
    program = Thunderbird(tmp_path_factory.mktemp("thunderbird"))
    try:
        yield program
    finally:
        program.end()


def test_thunderbird_follows_one_entry_until_its_address_is_revoked(page_app, thunderbird):
    event, ben = begin()
    uid = db.session.get_one(Event, event.id).uid
    statuses, sequences = [], []
    with serving(page_app) as port:
        feed = thunderbird.subscribe(f"http://127.0.0.1:{port}{own_feed(page_app)}")
        for stage in STAGES:
            go_on(stage, event, ben)
            db.session.rollback()
            starts_at = db.session.get_one(Event, event.id).starts_at
            wanted = "CANCELLED" if stage == "cancelled" else "CONFIRMED"
            wanted = "TENTATIVE" if stage == "tentative" else wanted
            moment = round(starts_at.timestamp() * 1_000_000)

            def is_told(entries: list[Shown], status: str = wanted, moment: int = moment) -> bool:
                return [(one.status, one.starts_at) for one in entries] == [(status, moment)]

            (entry,) = _seen(thunderbird, feed, uid, is_told)
            assert entry.title.endswith(TITLE)
            statuses.append(entry.status)
            sequences.append(entry.sequence)
        assert statuses == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert sequences == sorted(set(sequences))
        _revoke()
        _until(thunderbird, feed, lambda: thunderbird.is_disabled(feed))


def test_thunderbird_shows_sessions_apart_and_takes_them_back(page_app, thunderbird):
    event = make_event(capacity=1, title="Workshop")
    register(event, "Ada", email=ADA, sessions=(add_session(event, "Codes", 1),))
    with serving(page_app) as port:
        feed = thunderbird.subscribe(f"http://127.0.0.1:{port}{own_feed(page_app)}")
        for titles in (["Workshop"], ["Codes – Workshop", "Workshop"], ["Workshop"]):
            show_sessions(owner_of(_booked()), is_apart=len(titles) > 1)

            def is_told(titles: list[str] = titles) -> bool:
                return sorted(one.title for one in thunderbird.shown(feed)) == titles

            _until(thunderbird, feed, is_told, lambda: thunderbird.shown(feed))


def _booked() -> Booking:
    db.session.rollback()
    return db.session.query(Booking).filter_by(name="Ada").one()


def _revoke() -> None:
    renew_person_feed(owner_of(_booked()))


def _seen(
    thunderbird: Thunderbird, feed: str, uid: str, is_told: Callable[[list[Shown]], bool]
) -> list[Shown]:
    """Return what is shown once it is as *is_told* wants; never another entry beside the one."""
    seen: list[Shown] = []

    def look() -> bool:
        seen[:] = thunderbird.shown(feed)
        assert [one.uid for one in seen] in ([], [uid])
        return is_told(seen)

    _until(thunderbird, feed, look, lambda: seen)
    return seen


def _until(
    thunderbird: Thunderbird, feed: str, is_so: Callable[[], bool], seen: Callable[[], object] = list
) -> None:
    """Refresh until *is_so*: Thunderbird does not refresh while it still does."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, f"Thunderbird still shows {seen()}"
        thunderbird.refresh(feed)
        time.sleep(0.25)
