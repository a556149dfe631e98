"""Find what is shipped beside the package in a checkout and inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def bundled(name: str) -> Path:
    """Return where *name* (templates, migrations, config.py) lies. Raises FileNotFoundError."""
    for folder in (_PACKAGE, _PACKAGE.parent):
        candidate = folder / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{name} is missing from this installation; install it again.")
