"""The files of the house, and what is looked for in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "registration").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
BENCH = sorted(path for name in ("bench", "tools") for path in (ROOT / name).rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
DOCUMENTS = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
CONFIGURATION = (
    ROOT / "config.py",
    ROOT / "pyproject.toml",
    ROOT / "Makefile",
    ROOT / ".ci" / "run",
    *sorted((ROOT / "deploy").glob("*.lock")),
)
ALL = (*CODE, *TESTS, *BENCH, *TEMPLATES, *DOCUMENTS, *CONFIGURATION, *(ROOT / "migrations").rglob("*.py"))

_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
# Folders where somebody's checkout lies; put together so that this file does not name one itself.
_MACHINE = re.compile(r"(?<![\w.:>/])/(?:" + "|".join(["work", "root", "home", "Users"]) + r")/\w")
_INDEX = re.compile("pypi" + r"\.org|" + "python" + "hosted")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(paths: list[Path]) -> list[str]:
    """Return *paths* as they are read in a failure."""
    return [str(path.relative_to(ROOT)) for path in paths]


def long_functions(source: str, most: int) -> list[str]:
    """Return the names of functions of more than *most* lines."""
    return [one.name for one in _functions(source) if (one.end_lineno or 0) - one.lineno + 1 > most]


def hidden_imports(source: str) -> list[int]:
    """Return the lines of imports that stand inside a function."""
    return [
        node.lineno
        for function in _functions(source)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def ways_around(source: str) -> list[str]:
    """Return the marks and calls of pytest by which a test is left out or may fail."""
    return [
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}
    ]


def is_drawer(path: Path) -> bool:
    """Say whether *path* is named for everything and nothing."""
    return path.stem in _DRAWERS or path.parent.name in _DRAWERS


def machine_paths(text: str) -> list[str]:
    """Return where *text* names a folder of the machine it was written on."""
    return _MACHINE.findall(text)


def package_indexes(text: str) -> list[str]:
    """Return where *text* names a package index."""
    return _INDEX.findall(text)


def _functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
