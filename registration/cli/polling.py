"""Keep the connection of a calendar that asks again: waitress ends it after every 304."""

from waitress.channel import HTTPChannel
from waitress.task import WSGITask


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


class PolledChannel(HTTPChannel):
    """A connection whose tasks are polled ones."""

    task_class = PolledTask
