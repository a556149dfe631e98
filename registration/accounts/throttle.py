"""How often something may be tried: a sliding window per key, kept in this process."""

import ipaddress
import threading
from collections import deque
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
# A flood of made-up keys must not fill the memory; the key that was silent longest goes first.
MOST_KEYS = 10_000


class Throttle:
    """Count tries per key within a window that slides.

    Each process counts alone, so n nodes let n times as much pass. That is a bound all the same,
    and it needs no table that a guesser could make us write to.
    """

    def __init__(self, window: timedelta = HOUR, most_keys: int = MOST_KEYS) -> None:
        self._window = window
        self._most_keys = most_keys
        self._guard = threading.Lock()
        self._tries: dict[str, deque[datetime]] = {}

    def take(self, at: datetime, limits: dict[str, int]) -> bool:
        """Count one try for every key of *limits*, unless one of them has reached its limit.

        Counted before the try is judged: guesses sent at the same moment count too.
        """
        with self._guard:
            tries = {key: self._recent(key, at) for key in limits}
            if any(len(tries[key]) >= limit for key, limit in limits.items()):
                return False
            for key, moments in tries.items():
                moments.append(at)
                # Taken out and put back: the dictionary stays in the order of the last try.
                self._tries.pop(key, None)
                self._tries[key] = moments
            while len(self._tries) > self._most_keys:
                del self._tries[next(iter(self._tries))]
            return True

    def give_back(self, at: datetime, *keys: str) -> None:
        """Uncount the try that *keys* made at *at*: it was the right person."""
        with self._guard:
            for key in keys:
                moments = self._tries.get(key)
                if moments and at in moments:
                    moments.remove(at)

    def _recent(self, key: str, at: datetime) -> deque[datetime]:
        moments = self._tries.get(key, deque())
        while moments and moments[0] <= at - self._window:
            moments.popleft()
        return moments


def network_of(address: str | None) -> str:
    """Return the network that a machine is in, as it is recorded: no single machine, and so no person."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((int(parsed), 24 if parsed.version == 4 else 48), strict=False))


def remote_key(address: str | None) -> str:
    """Return what stands for one remote machine: an IPv4 address, or the /64 that an IPv6 user owns."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
