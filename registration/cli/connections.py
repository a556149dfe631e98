"""Which connections may stay when there are more than there is room for: those that speak, not the silent."""

import resource
import threading
import time

from waitress.channel import HTTPChannel

# Connections at once; each costs about 10 kB.
MOST = 1000
# What else a process has open: databases, pipes, the files of a request for each thread.
_OTHER_FILES = 300
_WANTED_FILES = 8192
# Seconds after which a connection that has said nothing is a silent one.
_HEARD_AFTER = 1.0


def open_many_files() -> int:
    """Raise the limit of open files as far as it may, and return how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _WANTED_FILES:
        soft = _WANTED_FILES if hard == resource.RLIM_INFINITY else max(soft, min(hard, _WANTED_FILES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(50, min(MOST, soft - _OTHER_FILES))


class Connections:
    """The open connections of a server, and who goes first when one too many comes.

    A thousand connections that never say anything must not keep out one that does. First to go is who has
    been silent longest: no whole request head since it came. Then who has had an answer and asks nothing
    more, longest first, then whose request has been on its way longest. Whoever is being answered stays.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.is_draining = False
        # Threads that answer note who asks once more.
        self._guard = threading.Lock()
        # Each in the order in which they came to be so. Nothing heard; a head, and part of a body; a request.
        self._silent: dict[HTTPChannel, None] = {}
        self._asking: dict[HTTPChannel, None] = {}
        self._heard: dict[HTTPChannel, None] = {}

    def __len__(self) -> int:
        return len(self._silent) + len(self._asking) + len(self._heard)

    def open(self) -> list[HTTPChannel]:
        """Return all of them."""
        with self._guard:
            return [*self._silent, *self._asking, *self._heard]

    def came(self, channel: HTTPChannel) -> None:
        """Note a new connection."""
        with self._guard:
            self._silent[channel] = None

    def asks(self, channel: HTTPChannel) -> None:
        """Note that a whole request head has come, and its body not yet."""
        with self._guard:
            if channel not in self._asking and self._forget(channel):
                self._asking[channel] = None

    def spoke(self, channel: HTTPChannel) -> None:
        """Note that a whole request has come."""
        with self._guard:
            if self._forget(channel):
                self._heard[channel] = None

    def went(self, channel: HTTPChannel) -> None:
        """Note that a connection was closed."""
        with self._guard:
            self._forget(channel)

    def make_room(self) -> bool:
        """Close a connection if it takes one to let another in; say whether there is room now."""
        return len(self) < self.most or self.close_one()

    def close_one(self) -> bool:
        """Close the connection that is first to go; say whether there was one."""
        with self._guard:
            first = self._first_to_go()
        if first is not None:
            first.handle_close()
        return first is not None

    def _first_to_go(self) -> HTTPChannel | None:
        silent = next(iter(self._silent), None)
        # Who came this moment has had no chance to be heard.
        if silent is not None and time.time() - silent.creation_time > _HEARD_AFTER:
            return silent
        others = (one for group in (self._heard, self._asking) for one in group if not one.is_busy)
        return next(others, silent)

    def _forget(self, channel: HTTPChannel) -> bool:
        """Take *channel* out of its group; say whether it was in one, that is, still open."""
        found = [group for group in (self._silent, self._asking, self._heard) if channel in group]
        for group in found:
            del group[channel]
        return bool(found)
