"""The promised Pythons, the oldest of them as Debian 12 brings it: nothing is used that it has not."""

import ast

import pytest

from tests.house.files import ROOT

# What came to 3.11 after 3.11.2 as a keyword; newer modules and functions fail where the suite runs on it.
NEWER = {
    "extract": "filter",
    "extractall": "filter",
    "unpack_archive": "filter",
    "getaddresses": "strict",
    "parseaddr": "strict",
}


def newer_keywords(source: str) -> list[int]:
    """Return the lines of calls with a keyword that Python 3.11.2 does not know."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and (wanted := NEWER.get(getattr(node.func, "attr", getattr(node.func, "id", ""))))
        and wanted in {keyword.arg for keyword in node.keywords}
    ]


@pytest.mark.parametrize("folder", ["registration", "migrations", "tests", "bench", "tools"])
def test_no_call_has_a_keyword_that_the_oldest_python_does_not_know(folder):
    found = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.py")
        if (lines := newer_keywords(path.read_text("utf-8")))
    }
    assert found == {}


def test_such_a_call_is_found():
    assert newer_keywords('archive.extractall("x", filter="data")\nparseaddr(text, strict=True)\n') == [1, 2]
    assert newer_keywords("session.query(x).filter(y)\n") == []
