"""What waitress does not do as we need it: a 304 keeps the connection, and what is too large gets a page."""

from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import RequestEntityTooLarge

# More than any form takes, whatever the settings say.
_BEYOND = str(10**15)


class PolledTask(WSGITask):
    """A task that knows where an answer without a body ends.

    waitress takes an answer without Content-Length for one that ends with the connection. A 304 ends
    with its headers (RFC 9112 §6.3), so the connection may serve the next request.
    """

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
    """A connection whose tasks are polled ones."""

    task_class = PolledTask
    error_task_class = staticmethod(_error_task)
