"""How fast a worker may send: what the relay allows."""

import time
from collections.abc import Callable

# A batch at the allowed pace lasts no longer than this, well within its lease.
_SECONDS = 30


class Pace:
    """So many mails in a second at most, evenly; 0 is as fast as it goes."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second if per_second > 0 else 0.0
        self._now, self._sleep = now, sleep
        self._next = 0.0

    def batch(self, most: int) -> int:
        """Return how many mails to claim at once."""
        return most if not self._gap else max(1, min(most, int(_SECONDS / self._gap)))

    def wait(self) -> None:
        """Wait until the next mail may leave."""
        if not self._gap:
            return
        missing = self._next - self._now()
        if missing > 0:
            self._sleep(missing)
        self._next = max(self._next, self._now()) + self._gap
