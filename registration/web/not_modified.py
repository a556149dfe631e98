"""Tell calendars at the door that nothing changed: most of what they ask is just that.

A calendar asks again and again for what it has. An answer of 304 is kept for as long as the facts it
rests on (core/read_cache.py: a fifth of a second, and never past a commit of this process) and given again
to whoever asks the same, without a request context, a route or a query.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask

from registration.core import clock, read_cache

ENDING = ".ics"
# What the answer depends on. Whatever else a request carries decides nothing about a feed.
_ASKED = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
)
MOST = 2048
_PACKED = re.compile(r'(?:-|--|;)(?:gzip|br|deflate|zstd)"')

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_Key = tuple[str | None, ...]


class Unchanged:
    """The door: passes on whatever it cannot answer itself."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self._known: dict[_Key, tuple[int, datetime, str, list[tuple[str, str]]]] = {}
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            # A proxy that packs answers marks their tags, and gives the mark back (Apache, Jetty).
            environ["HTTP_IF_NONE_MATCH"] = _PACKED.sub('"', environ["HTTP_IF_NONE_MATCH"])
        if not environ.get("PATH_INFO", "").endswith(ENDING) or environ["REQUEST_METHOD"] not in (
            "GET",
            "HEAD",
        ):
            return self._application(environ, start)
        key = tuple(map(environ.get, _ASKED))
        # Read before the answer is made: it may be newer than these say, never older.
        commits, at = read_cache.commits(), clock.now()
        known = self._known.get(key)
        if known is not None and known[0] == commits and timedelta(0) <= at - known[1] < read_cache.KEPT_FOR:
            start(known[2], list(known[3]))
            return []
        return self._application(environ, self._keeping(key, commits, at, start))

    def _keeping(self, key: _Key, commits: int, at: datetime, start: "StartResponse") -> "StartResponse":
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            # A cookie would be somebody's own.
            if status.startswith("304") and not any(name == "Set-Cookie" for name, _value in headers):
                with self._lock:
                    if len(self._known) >= MOST:
                        self._known.clear()
                    self._known[key] = (commits, at, status, list(headers))
            return start(status, headers, *more)

        return begin


def init_app(app: Flask) -> None:
    app.wsgi_app = Unchanged(app.wsgi_app)  # type: ignore[assignment,method-assign]
