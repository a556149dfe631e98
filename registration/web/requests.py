"""The request as views see it."""

from typing import Any

from flask import Request


class PlainRequest(Request):
    """A request in which HEAD is GET: the server alone leaves the body out (RFC 9110, 9.3.2)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.method == "HEAD":
            self.method = "GET"
