"""List the licences of what we stand on, as installed here.

    python -m tools.licences

The licence of this project itself is the owner's to choose.
"""

import re
import sys
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def locked(path: Path) -> list[str]:
    """Return the names that a lock file pins."""
    return re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==", path.read_text("utf-8"), re.M)


def licence(name: str) -> str:
    """Return what the metadata of an installed package says of its licence (PEP 639, or the older fields)."""
    found = distribution(name).metadata
    if found.get("License-Expression"):
        return str(found.get("License-Expression"))
    classifiers = [
        one.rpartition(" :: ")[2] for one in found.get_all("Classifier", []) if one.startswith("License ::")
    ]
    return ", ".join(classifiers) or str(found.get("License") or "not said").split("\n")[0]


def main() -> int:
    """Print a row for each package at run time; return 1 when one says nothing of its licence."""
    rows = [
        (name, distribution(name).version, licence(name))
        for name in locked(ROOT / "deploy" / "requirements.lock")
        if _is_installed(name)
    ]
    width = max(len(name) for name, _version, _licence in rows)
    for name, version, said in rows:
        print(f"{name:{width}}  {version:12}  {said}")
    return int(any(said == "not said" for *_ignored, said in rows))


def _is_installed(name: str) -> bool:
    # A lock for every platform names packages that this one does not take.
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
