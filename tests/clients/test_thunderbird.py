"""A real Thunderbird subscribes to the running server and follows what becomes of a registration."""

import time
from collections.abc import Callable, Iterator

import pytest

from registration.booking.models import Booking
from registration.booking.person import person_of
from registration.booking.services.feeds import renew_person_feed
from registration.core.database import db
from registration.events.models import Event
from tests.clients.life import STAGES, TITLE, begin, go_on, own_feed
from tests.clients.thunderbird import PATIENCE, Shown, Thunderbird
from tests.serving import serving


@pytest.fixture
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


def _revoke() -> None:
    booked = db.session.query(Booking).filter_by(name="Ada").one()
    renew_person_feed(person_of(booked))


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
