"""Rendered pages that a process keeps while what they show is the same, and the last one for bad days."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, Response, current_app, request

_EXTENSION = "registration_page_cache"


class PageCache:
    """The newest *most* pages, least used first out."""

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._pages: OrderedDict[Hashable, tuple[Hashable, bytes]] = OrderedDict()
        self._lock = Lock()

    def page(self, name: Hashable, facts: Hashable, build: Callable[[], str]) -> bytes:
        """Return the page *name* as it is while *facts* hold; built when they changed."""
        with self._lock:
            known = self._pages.get(name)
            if known is not None and known[0] == facts:
                self._pages.move_to_end(name)
                return known[1]
        made = build().encode()
        with self._lock:
            self._pages[name] = (facts, made)
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return made

    def last(self, name: Hashable) -> bytes | None:
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


def answered(body: bytes) -> Response:
    """Return a public page that a browser may keep but must ask about again."""
    response = Response(body, mimetype="text/html")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Language"
    response.make_conditional(request)
    return response
