"""Read a file of settings as systemd reads an EnvironmentFile (systemd.exec(5))."""

import re
from pathlib import Path

from registration.core.settings import ConfigurationError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTES = ('"', "'")


def read_env_file(text: str, file: Path) -> dict[str, str]:
    """Return the variables that *text* sets; a later line wins. Raises ConfigurationError.

    One NAME=value a line; blank lines and those that begin with # or ; are comments, and quotes around a
    value are taken off. Nothing is expanded.
    """
    found = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        told = line.strip()
        if not told or told[0] in "#;":
            continue
        name, is_set, value = told.partition("=")
        name = name.strip()
        if not is_set or not _NAME.fullmatch(name):
            # The line itself may hold a secret, so it is only counted.
            raise ConfigurationError(f"Line {number} of {file} is not NAME=value.")
        found[name] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        inside = value[1:-1]
        return re.sub(r'\\(["\\$`])', r"\1", inside) if value[0] == '"' else inside
    return value
