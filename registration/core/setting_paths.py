"""Where files lie: full paths in production, and paths from the current folder in development."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from registration.core.configuration import refused
from registration.core.dsn import parsed, with_driver

_EXAMPLE = "sqlite:////srv/registration/events.sqlite3"


def placed(settings: dict[str, Any]) -> None:
    """Make every path of *settings* a full one, and fill in those that follow from DATA.

    In development a path that is not full counts from the current folder. Raises ConfigurationError for
    one in production: cron, a service and a shell stand in different folders and would each find another.
    """
    is_production = settings["ENV"] == "production"
    data = Path(settings["DATA"]).expanduser()
    needs_data = not settings["DATABASE_URL"] or not settings["MAIL_URL"]
    if is_production and needs_data and not data.is_absolute():
        raise refused("DATA", "a full path in production, as in /srv/registration", settings["DATA"])
    settings["DATA"] = str(data.absolute())
    settings["DATABASE_URL"] = _database(settings["DATABASE_URL"], data.absolute(), is_production)
    settings["MAIL_URL"] = _mails(settings["MAIL_URL"], data.absolute(), is_production)


def _database(told: str, data: Path, is_production: bool) -> str:
    if not told:
        return f"sqlite:///{data / 'registration.sqlite3'}"
    told = with_driver(told)
    url = parsed(told)
    if url.get_backend_name() != "sqlite":
        return told
    if url.host or not url.database or url.database == ":memory:" or "memory" in str(url.query.get("mode")):
        raise refused("DATABASE_URL", f"a file, as in {_EXAMPLE}", told)
    file = Path(url.database).expanduser()
    if is_production and not file.is_absolute():
        raise refused("DATABASE_URL", f"a full path in production, as in {_EXAMPLE}", told)
    return url.set(database=str(file.absolute())).render_as_string(hide_password=False)


def _mails(told: str, data: Path, is_production: bool) -> str:
    if not told:
        return f"file://{data / 'mails'}"
    path = told.removeprefix("file:")
    if path == told or path.startswith("/"):
        return told
    if is_production:
        raise refused("MAIL_URL", "a full path in production, as in file:///srv/registration/mails", told)
    return f"file://{Path(unquote(path)).expanduser().absolute()}"
