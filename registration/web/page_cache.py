"""Rendered pages that a process keeps while what they show is the same, and the last one for bad days."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from flask import Flask, Response, current_app, request

_EXTENSION = "registration_page_cache"
MOST = 512


@dataclass(frozen=True)
class Page:
    """A page as it goes out, with the headers by which browsers ask whether it changed."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class PageCache:
    """The newest *most* pages, least used first out."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pages: OrderedDict[Hashable, tuple[Hashable, Page]] = OrderedDict()
        self._lock = Lock()

    def page(self, name: Hashable, facts: Hashable, build: Callable[[], str]) -> Page:
        """Return the page *name* as it is while *facts* hold; built when they changed.

        *facts* are read before the page is built: it may show what is newer, never what is older.
        """
        with self._lock:
            known = self._pages.get(name)
            if known is not None and known[0] == facts:
                self._pages.move_to_end(name)
                return known[1]
        return self.keep(name, facts, build())

    def keep(self, name: Hashable, facts: Hashable, text: str) -> Page:
        """Note the page *name* as it is now."""
        made = page(text)
        with self._lock:
            self._pages[name] = (facts, made)
            # A page that is rebuilt again and again is one that is read: it must not be the next to go.
            self._pages.move_to_end(name)
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return made

    def last(self, name: Hashable) -> Page | None:
        """Return the page as it was last, whatever it said."""
        with self._lock:
            known = self._pages.get(name)
        return None if known is None else known[1]


def init_app(app: Flask) -> None:
    app.extensions[_EXTENSION] = PageCache()


def page_cache() -> PageCache:
    """Return the cache of this application."""
    cache: PageCache = current_app.extensions[_EXTENSION]
    return cache


def page(text: str) -> Page:
    """Return *text* with its tag."""
    body = text.encode()
    tag = hashlib.sha256(body).hexdigest()[:32]
    return Page(
        body,
        (
            ("ETag", f'W/"{tag}"'),
            ("Cache-Control", "public, no-cache"),
            ("Vary", "Accept-Language"),
        ),
    )


def answered(shown: Page) -> Response:
    """Return a public page that a browser may keep but must ask about again."""
    response = Response(shown.body, content_type="text/html; charset=utf-8", headers=shown.headers)
    if "If-None-Match" in request.headers:
        response.make_conditional(request)
    return response
