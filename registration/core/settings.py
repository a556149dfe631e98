"""Settings: config.py's defaults, overridden by the environment, checked before anything starts."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registration.core.bundled import bundled

PREFIX = "REGISTRATION_"
SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
URLS_WITH_PASSWORD = ("DATABASE_URL", "MAIL_URL")
_QUERIED_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&]*")


class ConfigurationError(Exception):
    """A setting is missing or unsafe; the message is one sentence that says what to do."""


def defaults() -> dict[str, Any]:
    """Return the settings of config.py, read by path so that no other `config` can win."""
    path = bundled("config.py")
    names: dict[str, Any] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)  # noqa: S102 - our own file
    return {name: value for name, value in names.items() if name.isupper()}


def load_settings(
    environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the settings in force; *overrides* win over *environ*. Raises ConfigurationError."""
    environ = os.environ if environ is None else environ
    settings = defaults()
    for name, default in settings.items():
        raw = environ.get(PREFIX + name)
        if raw is not None:
            settings[name] = _converted(name, raw, default)
    settings.update(overrides or {})
    _complete(settings)
    if settings["ENV"] == "production":
        _refuse_unsafe(settings)
    return settings


def masked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return *settings* fit to be printed: secrets and passwords replaced by stars."""
    shown = dict(settings)
    for name in SECRETS:
        shown[name] = "***" if shown.get(name) else ""
    for name in URLS_WITH_PASSWORD:
        parts = urlsplit(str(shown.get(name, "")))
        if parts.password:
            hidden = parts.netloc.replace(f":{parts.password}@", ":***@")
            shown[name] = parts._replace(netloc=hidden).geturl()
        shown[name] = _QUERIED_PASSWORD.sub(r"\1***", str(shown.get(name, "")))
    return shown


def is_production(settings: Mapping[str, Any]) -> bool:
    return bool(settings["ENV"] == "production")


def _converted(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                raw.strip().lower()
            ]
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, float):
            return float(raw)
    except (KeyError, ValueError):
        kind = "yes or no" if isinstance(default, bool) else "a number"
        raise ConfigurationError(f"{PREFIX}{name} must be {kind}; it is {raw!r}.") from None
    return raw.strip()


def _complete(settings: dict[str, Any]) -> None:
    if settings["ENV"] not in ("development", "production"):
        raise ConfigurationError(f"{PREFIX}ENV must be development or production.")
    data = Path(settings["DATA"]).absolute()
    if not settings["DATABASE_URL"]:
        settings["DATABASE_URL"] = f"sqlite:///{data / 'registration.sqlite3'}"
    settings["DATABASE_URL"] = _with_driver(settings["DATABASE_URL"])
    if not settings["MAIL_URL"]:
        settings["MAIL_URL"] = f"file://{data / 'mails'}"
    if settings["ENV"] == "development":
        settings["BASE_URL"] = settings["BASE_URL"] or "http://127.0.0.1:8000"
        settings["SECRET_KEY"] = settings["SECRET_KEY"] or _development_secret(data)
    settings["BASE_URL"] = settings["BASE_URL"].rstrip("/")
    if not settings["UID_HOST"]:
        host = urlsplit(settings["BASE_URL"]).hostname or "localhost"
        settings["UID_HOST"] = "registration.localhost" if _is_loopback(host) else host


def _with_driver(url: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _development_secret(data: Path) -> str:
    """Keep one secret per data folder, so that links in mails outlive a restart."""
    path = data / "secret"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        scratch = data / f"secret.{secrets.token_hex(4)}"
        scratch.write_text(secrets.token_urlsafe(48), encoding="ascii")
        scratch.chmod(0o600)
        try:
            # A link never replaces: of two processes that start at once, one secret wins.
            path.hardlink_to(scratch)
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_text(encoding="ascii").strip()


def _refuse_unsafe(settings: Mapping[str, Any]) -> None:
    if len(settings["SECRET_KEY"]) < 32:
        raise ConfigurationError(
            f"Set {PREFIX}SECRET_KEY to at least 32 random characters before starting in production."
        )
    parts = urlsplit(settings["BASE_URL"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"Set {PREFIX}BASE_URL to the address people use, as in https://events.example.org."
        )
