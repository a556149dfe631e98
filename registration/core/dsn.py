"""The address of the database: as people write it, and as SQLAlchemy reads it."""

import re
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from registration.core.configuration import PREFIX, ConfigurationError

# Several hosts with their ports before the name of the database, as libpq reads them.
_HOSTS = re.compile(
    r"(?P<head>[\w+]+://(?:[^@/]*@)?)(?P<hosts>[^/?,@]+(?:,[^/?,@]+)+)(?P<name>/[^?]*)?(?:\?(?P<query>.*))?"
)
_POSTGRESQL = ("postgresql://", "postgres://")
_OURS = ("sqlite", "postgresql+psycopg")


def with_driver(told: str) -> str:
    """Return *told* with the driver that we bring."""
    for plain in _POSTGRESQL:
        if told.startswith(plain):
            return "postgresql+psycopg://" + told.removeprefix(plain)
    return told


def engine_url(told: str) -> str:
    """Return *told* as SQLAlchemy reads it: several hosts with ports stand behind the question mark."""
    found = _HOSTS.fullmatch(told)
    if found is None or ":" not in found["hosts"]:
        return told
    hosts = "&".join(f"host={host}" for host in found["hosts"].split(","))
    query = f"{hosts}&{found['query']}" if found["query"] else hosts
    return f"{found['head']}{found['name'] or '/'}?{query}"


def parsed(told: str) -> URL:
    """Return the parts of *told*. Raises ConfigurationError, without its password, for another database."""
    try:
        url = make_url(engine_url(told))
        ports = [_port(host) for host in _hosts(url)]
    except (ArgumentError, ValueError):
        url, ports = None, []
    if url is None or url.drivername not in _OURS or not all(0 < port < 65536 for port in ports):
        raise ConfigurationError(
            f"{PREFIX}DATABASE_URL must be sqlite:////folder/file or postgresql://user:password@host:5432/name;"
            f" what begins with {told.partition(':')[0][:20]!r} there is neither."
        )
    return url


def _hosts(url: URL) -> list[str]:
    """Return host:port of each server that *url* names."""
    told: Any = url.query.get("host", ())
    several = [told] if isinstance(told, str) else list(told)
    return several or [f"{url.host}:{url.port}" if url.port is not None else ""]


def _port(host: str) -> int:
    _name, colon, port = host.rpartition(":")
    return int(port) if colon and not host.startswith("/") and not host.endswith("]") else 5432
