"""What proxies tell of a visitor: believed as far as there are proxies of ours, and no further."""

import logging
from collections.abc import Iterable
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from registration.core.configuration import PREFIX

log = logging.getLogger(__name__)


class Forwarded:
    """Puts the visitor's own address, scheme and host in the place of the nearest proxy's.

    Each proxy of ours adds the address that it saw to the right of X-Forwarded-For, so with *hops* of them
    the visitor's stands at that place from the right; what stands left of it came with the request and may
    say anything. Other headers of this kind (Forwarded, X-Real-IP, X-Forwarded-Prefix) are not read.
    """

    def __init__(self, app: WSGIApplication, hops: int, base_url: str) -> None:
        self._app = app
        self._hops = hops
        self._is_https = base_url.startswith("https://")
        self._noted: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request as the visitor sent it to the first proxy."""
        came_by = _values(environ, "X_FORWARDED_FOR")
        if self._hops:
            self._believe(environ, came_by)
        elif came_by:
            self._note(
                "A proxy passes visitors on (X-Forwarded-For), and %sTRUSTED_PROXIES is 0: all of them count"
                " as one visitor. Set it to the number of proxies in front of this server.",
            )
        if environ.get("wsgi.url_scheme") == "https" and not self._is_https:
            self._note(
                "Visitors come by https, and %sBASE_URL begins with http: set it to the https address.",
            )
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment, came_by: list[str]) -> None:
        visitor = _address(came_by[-self._hops]) if len(came_by) >= self._hops else ""
        if visitor:
            environ["REMOTE_ADDR"] = visitor
        scheme = self._told(environ, "X_FORWARDED_PROTO").lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = self._told(environ, "X_FORWARDED_HOST")
        if host:
            environ["HTTP_HOST"] = host

    def _told(self, environ: WSGIEnvironment, header: str) -> str:
        """Return what the first proxy of ours said; most set these headers, and some add to them."""
        values = _values(environ, header)
        return values[-min(self._hops, len(values))] if values else ""

    def _note(self, sentence: str) -> None:
        if sentence not in self._noted:
            self._noted.add(sentence)
            log.warning(sentence, PREFIX)


def _values(environ: WSGIEnvironment, header: str) -> list[str]:
    told = str(environ.get(f"HTTP_{header}", ""))
    return [one.strip() for one in told.split(",") if one.strip()]


def _address(told: str) -> str:
    """Return the address in *told* without port and brackets, or nothing when there is none."""
    bare = told.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""
