"""The time, which tests and the simulator may set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: list[Callable[[], datetime]] = [_system]


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _source[-1]()


@contextmanager
def running(source: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from *source* (aware, UTC) while the context lasts; for tests and simulations."""
    _source.append(source)
    try:
        yield
    finally:
        _source.pop()
