"""What each setting must be: a value that would be taken and break later is refused before anything starts.

The settings of mail are looked at where mail is known (mail/checks.py).
"""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from registration.core.configuration import PREFIX, ConfigurationError, refused
from registration.core.dsn import parsed, with_driver
from registration.core.header import one_line
from registration.core.languages import LOCALES
from registration.core.text import is_readable

# The least and the most that a number may be: below nothing works, above something else breaks first.
NUMBERS: dict[str, tuple[float, float]] = {
    "DATABASE_POOL_SIZE": (1, 500),
    "MAILS_PER_SECOND": (0, 10_000),
    "MAX_CONTENT_LENGTH": (1024, 16_777_216),
    "MAX_FILE": (1, 104_857_600),
    "MAX_UPLOAD": (1, 536_870_912),
    "MAX_FORM_PARTS": (10, 100_000),
    "MAX_PARTY": (1, 500),
    "FORM_HOURS": (1, 8760),
    "FORM_SECONDS": (0, 3600),
    "MAX_PER_ADDRESS": (1, 1000),
    "FORMS_PER_CLIENT": (1, 1_000_000),
    "FORMS_PER_NETWORK": (1, 1_000_000),
    "THREADS": (1, 256),
    "TRUSTED_PROXIES": (0, 10),
    "WORKER_SECONDS": (0.01, 3600),
    "SIGN_IN_TRIES": (1, 100_000),
}
_SECRET_LENGTH = 32
_LETTERS = 8
_SECRET = f"at least {_SECRET_LENGTH} random characters, as `openssl rand -hex 32` makes them"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_MAIL_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,118}[a-z0-9])?", re.IGNORECASE)
_NAME_LENGTH = 100
_AUTHORITY_LENGTH = 300


def check(settings: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for what is missing, then for the first setting that cannot be."""
    if settings["ENV"] == "production":
        _refuse_missing(settings)
    for name, look in CHECKS.items():
        look(name, settings)


def check_env(settings: Mapping[str, Any]) -> None:
    """Raise ConfigurationError unless ENV is one of the two."""
    _check_env("ENV", settings)


def is_loopback(host: str) -> bool:
    """Say whether *host* means this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _refuse_missing(settings: Mapping[str, Any]) -> None:
    """Refuse what development has a default for and production cannot have."""
    if len(settings["SECRET_KEY"]) < _SECRET_LENGTH:
        raise ConfigurationError(f"Set {PREFIX}SECRET_KEY to {_SECRET} before starting in production.")
    _check_base_url("BASE_URL", settings)
    if not settings["MAIL_URL"]:
        raise ConfigurationError(
            f"Set {PREFIX}MAIL_URL to the mail server, as in smtp://user:password@host:587:"
            " without one nobody gets a mail in production."
        )


def _check_env(name: str, settings: Mapping[str, Any]) -> None:
    if settings[name] not in ("development", "production"):
        raise refused(name, "development or production", settings[name])


def _check_secret(name: str, settings: Mapping[str, Any]) -> None:
    if settings["ENV"] == "production" and _is_weak(settings[name]):
        # The secret itself stays out of logs, however bad it is.
        raise ConfigurationError(f"{PREFIX}{name} is easy to guess: set it to {_SECRET}.")


def _check_fallbacks(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    for number, secret in enumerate(told.split() if isinstance(told, str) else told, 1):
        if settings["ENV"] == "production" and (len(secret) < _SECRET_LENGTH or _is_weak(secret)):
            raise ConfigurationError(
                f"{PREFIX}{name} holds secrets separated by blanks, and number {number} is short or easy to"
                f" guess: each must be a former SECRET_KEY of {_SECRET_LENGTH} characters or more."
            )


def _is_weak(secret: str) -> bool:
    """Say whether *secret* is made of few letters, or of the same few over and over."""
    return len(set(secret)) < _LETTERS or secret in (secret + secret)[1:-1]


def _check_base_url(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    must = "the address people use, as in https://events.example.org"
    try:
        parts = urlsplit(told)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigurationError(f"Set {PREFIX}{name} to {must}; it is {told[:60]!r}.") from None
    is_host = bool(_HOST.fullmatch(host)) or _is_address(host)
    if parts.scheme not in ("http", "https") or not is_host or parts.username or parts.password:
        raise ConfigurationError(f"Set {PREFIX}{name} to {must}; it is {told[:60]!r}.{_in_ascii(host)}")
    if parts.path or parts.query or parts.fragment or told.endswith(("?", "#")):
        own = f"{parts.scheme}://{parts.netloc}"
        raise ConfigurationError(
            f"{PREFIX}{name} must end with the host, as in {own}: these pages need a host of their own,"
            f" without {(parts.path or parts.query or parts.fragment)[:60]!r} behind it."
        )


def _in_ascii(host: str) -> str:
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return f" Write the host as {ascii_host}." if host and ascii_host != host else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_uid_host(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    if not _MAIL_HOST.fullmatch(told) or ".." in told:
        raise refused(
            name, "a host alone, of ASCII letters, digits, dots and hyphens, as in example.org", told
        )


def _check_site_name(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    if not _is_line(told, _NAME_LENGTH):
        raise refused(name, f"a name on one line, of 1 to {_NAME_LENGTH} characters", told)


def _check_authority(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    if not told:
        return
    try:
        url = urlsplit(told.rpartition(" ")[2])
        is_url = url.scheme in ("http", "https") and bool(_HOST.fullmatch(url.hostname or ""))
    except ValueError:
        is_url = False
    if not is_url or not _is_line(told, _AUTHORITY_LENGTH):
        raise refused(name, "a name and a web address, as in FPS Economy, https://economie.fgov.be", told)


def _is_line(told: str, longest: int) -> bool:
    return bool(one_line(told)) and is_readable(told) and "\n" not in told and len(told) <= longest


def _check_locale(name: str, settings: Mapping[str, Any]) -> None:
    if settings[name] not in LOCALES:
        raise refused(name, f"one of {', '.join(LOCALES)}", settings[name])


def _check_time_zone(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    if told in time_zones():
        return
    by_lower = {zone.lower(): zone for zone in time_zones()}
    close = difflib.get_close_matches(str(told).lower(), by_lower, n=1)
    found = _renamed().get(told) or (by_lower[close[0]] if close else "")
    meant = f" Did you mean {found}?" if found else ""
    raise ConfigurationError(f"{refused(name, 'a time zone, as in Europe/Brussels', told).message}{meant}")


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Return the zones by their present names, as countries list them, and UTC."""
    rows = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines()
    return frozenset({"UTC", *(row.split("\t")[2] for row in rows if row and not row.startswith("#"))})


def _renamed() -> dict[str, str]:
    """Return the present name of each zone that has an older one, as in Europe/Kiev."""
    rows = files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text("utf-8").splitlines()
    links = [row.split() for row in rows if row.startswith("L ")]
    return {old: new for _link, new, old in links if new in time_zones()}


def _check_number(name: str, settings: Mapping[str, Any]) -> None:
    least, most = NUMBERS[name]
    told = settings[name]
    is_number = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    if not is_number or not least <= told <= most:
        raise refused(name, f"a number from {least:g} to {most:.0f}", told)


def _check_boolean(name: str, settings: Mapping[str, Any]) -> None:
    if not isinstance(settings[name], bool):
        raise refused(name, "yes or no", settings[name])


def _check_data(name: str, settings: Mapping[str, Any]) -> None:
    if not settings[name] or not is_readable(settings[name]):
        raise refused(name, "a folder, as in /srv/registration", settings[name])


def _check_database(name: str, settings: Mapping[str, Any]) -> None:
    if settings[name]:
        parsed(with_driver(settings[name]))


CHECKS: dict[str, Callable[[str, Mapping[str, Any]], None]] = {
    "ENV": _check_env,
    "SECRET_KEY": _check_secret,
    "SECRET_KEY_FALLBACKS": _check_fallbacks,
    "BASE_URL": _check_base_url,
    "DATA": _check_data,
    "DATABASE_URL": _check_database,
    "MAIL_STRUCTURED_DATA": _check_boolean,
    "UID_HOST": _check_uid_host,
    "SITE_NAME": _check_site_name,
    "ACCESSIBILITY_AUTHORITY": _check_authority,
    "LOCALE": _check_locale,
    "TIME_ZONE": _check_time_zone,
    **dict.fromkeys(NUMBERS, _check_number),
}
