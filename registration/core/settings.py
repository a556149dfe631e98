"""Settings: config.py's defaults, overridden by the environment, checked before anything starts."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registration.core.bundled import bundled
from registration.core.configuration import PREFIX, ConfigurationError, refused
from registration.core.setting_checks import NUMBERS, check, check_env, is_loopback
from registration.core.setting_names import refuse_misspelt
from registration.core.setting_paths import placed

__all__ = ["PREFIX", "ConfigurationError", "defaults", "is_production", "load_settings", "masked"]

SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
URLS_WITH_PASSWORD = ("DATABASE_URL", "MAIL_URL")
_QUERIED_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&]*")
_YES_OR_NO = {"1": True, "true": True, "yes": True, "on": True} | {
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")


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
    refuse_misspelt(environ, settings)
    for name, default in settings.items():
        raw = environ.get(PREFIX + name)
        if raw is not None:
            settings[name] = _converted(name, raw, default)
    settings.update(overrides or {})
    check_env(settings)
    _complete(settings)
    check(settings)
    placed(settings)
    if settings["ENV"] == "development":
        settings["SECRET_KEY"] = settings["SECRET_KEY"] or _development_secret(Path(settings["DATA"]))
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
    told = raw.strip()
    if isinstance(default, bool):
        if told.lower() not in _YES_OR_NO:
            raise refused(name, "yes or no", raw)
        return _YES_OR_NO[told.lower()]
    if isinstance(default, int | float):
        is_whole = isinstance(default, int)
        if not (_INTEGER if is_whole else _FLOAT).fullmatch(told):
            least, most = NUMBERS[name]
            kind = "a number" if not is_whole else "a number without a fraction"
            raise refused(name, f"{kind} from {least:g} to {most:.0f}", raw)
        return int(told) if is_whole else float(told)
    return told


def _complete(settings: dict[str, Any]) -> None:
    """Fill in what follows from other settings, and write addresses the one way that browsers do."""
    if settings["ENV"] == "development":
        settings["BASE_URL"] = settings["BASE_URL"] or "http://127.0.0.1:8000"
    settings["BASE_URL"] = _as_browsers_do(settings["BASE_URL"])
    if not settings["UID_HOST"]:
        settings["UID_HOST"] = _uid_host(settings["BASE_URL"])


def _as_browsers_do(url: str) -> str:
    """Return *url* in lower case, without the usual port and a slash at the end; what is none stays."""
    try:
        parts = urlsplit(url.rstrip("/"))
        port = parts.port
    except ValueError:
        return url
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    netloc = parts.netloc.lower()
    if port is not None and port == usual:
        netloc = netloc.removesuffix(f":{port}")
    return parts._replace(netloc=netloc).geturl()


def _uid_host(base_url: str) -> str:
    try:
        host = urlsplit(base_url).hostname or "localhost"
    except ValueError:
        host = "localhost"
    if is_loopback(host):
        return "registration.localhost"
    # An IPv6 address and an underscore cannot stand in a Message-ID.
    return host.replace(":", "-").replace("_", "-").strip("-")


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
