"""Which hosts are answered: the one of BASE_URL, and the machine that only asks whether we are well."""

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from registration.core.configuration import PREFIX
from registration.core.header import one_line

log = logging.getLogger(__name__)

# A probe asks by the address of the machine, and is told nothing that could be stolen.
PROBES = ("/healthz", "/readyz")
# Hosts that are told in the log: each once, and not for ever.
_TOLD = 20


class Hosts:
    """Lets probes ask by any host, and says once for each other host why it is refused.

    The refusal itself is Flask's, by TRUSTED_HOSTS: a forged host must reach no link and no cache.
    """

    def __init__(self, app: WSGIApplication, flask: Flask) -> None:
        self._app = app
        self._config = flask.config
        self._told: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, as one to our own host where it may leave that open."""
        is_old = environ.get("SERVER_PROTOCOL") == "HTTP/1.0" and not environ.get("HTTP_HOST")
        if is_old or environ.get("PATH_INFO") in PROBES:
            environ["HTTP_HOST"] = urlsplit(self._config["BASE_URL"]).netloc
        elif not host_is_trusted(environ.get("HTTP_HOST", ""), self._config["TRUSTED_HOSTS"]):
            self._tell(environ.get("HTTP_HOST", ""))
        return self._app(environ, start_response)

    def _tell(self, host: str) -> None:
        shown = one_line(host, 100)
        if shown in self._told or len(self._told) >= _TOLD:
            return
        self._told.add(shown)
        log.warning(
            "refused a request for the host %r: these pages are at %s. Set %sBASE_URL to the address that"
            " people use, or let the proxy pass on the host it was asked for"
            " (nginx: proxy_set_header Host $host).",
            shown,
            self._config["BASE_URL"],
            PREFIX,
        )
