"""What waitress does not do as we need it: a 304 keeps the connection, and what is too large gets a page."""

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import RequestEntityTooLarge

from registration.cli.connections import Connections

# More than any form takes, whatever the settings say.
_BEYOND = str(10**15)


class PolledTask(WSGITask):
    """A task that knows where an answer without a body ends.

    waitress takes an answer without Content-Length for one that ends with the connection. A 304 ends
    with its headers (RFC 9112 §6.3), so the connection may serve the next request.
    """

    def build_response_header(self) -> bytes:
        """Say that the connection ends with this answer when the server does."""
        if self.channel.connections.is_draining:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header

    def set_close_on_finish(self) -> None:
        """End the connection after this answer, unless that is asked for without need."""
        asks_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.version == "1.1" and self.status[:3] == "304" and not asks_to_close:
            return
        super().set_close_on_finish()


class LargeTask(PolledTask):
    """Lets the application answer a request whose body was not taken: it has a page for that."""

    def get_environment(self) -> dict[str, Any]:
        """Return the request without its body, which is said to be larger than any form may be."""
        return {**super().get_environment(), "CONTENT_LENGTH": _BEYOND}

    def execute(self) -> None:
        """Answer, and end the connection: what follows on it is the rest of the body."""
        self.set_close_on_finish()
        super().execute()


def _error_task(channel: HTTPChannel, request: Any) -> Task:
    is_large = isinstance(request.error, RequestEntityTooLarge)
    return (LargeTask if is_large else ErrorTask)(channel, request)


class PolledChannel(HTTPChannel):
    """A connection whose tasks are polled ones, and which says whether it has spoken yet."""

    task_class = PolledTask
    error_task_class = staticmethod(_error_task)
    # When the head that has not come whole yet began to come.
    _head_began: float | None = None

    @property
    def connections(self) -> Connections:
        """The open connections of its server."""
        found: Connections = self.server.connections
        return found

    @property
    def is_busy(self) -> bool:
        """Whether a request of it is being answered, or an answer is on its way out."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed)

    def waits_since(self) -> float | None:
        """Return since when this connection owes us the rest of a request head, or None."""
        return self._head_began

    def received(self, data: bytes) -> bool:
        """Take what came; a whole head is what makes a connection one that speaks."""
        is_taken: bool = super().received(data)
        if self.request is None or self.request.headers_finished:
            self._head_began = None
            if self.request is not None:
                self.connections.asks(self)
        elif self._head_began is None:
            self._head_began = time.time()
        return is_taken

    def add_channel(self, map: Any = None) -> None:  # noqa: A002 - waitress calls it so
        """Note that the connection is open."""
        super().add_channel(map)
        self._head_began = time.time()
        self.connections.came(self)

    def del_channel(self, map: Any = None) -> None:  # noqa: A002 - waitress calls it so
        """Note that the connection is closed."""
        super().del_channel(map)
        self.connections.went(self)
