"""The promised Pythons, the oldest of them as Debian 12 brings it: nothing is used that it has not."""

import ast
import re
import shlex
import subprocess

import pytest

from tests.house.files import ROOT, read
from tools import matrix

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


def promised() -> list[str]:
    """Return the Pythons that the README names."""
    said = re.search(r"Promised are (.*?);", read(ROOT / "README.md"), re.S)
    assert said
    return re.findall(r"3\.\d+(?:\.\d+)?", re.sub(r"\(.*?\)", "", said.group(1), flags=re.S))


def test_the_readme_promises_what_the_matrix_tries_and_nothing_that_it_only_hopes_for():
    assert promised() == [".".join(map(str, line)) for line in matrix.PROMISED]
    assert all(
        f"{major}.{minor} could not be had" in read(ROOT / "README.md") for major, minor in matrix.HOPED_FOR
    )
    assert ".".join(map(str, matrix.OLDEST)) in read(ROOT / "README.md")


def test_ci_takes_the_oldest_promised_python_that_is_here(monkeypatch):
    known = {(3, 10, 13): "/old", (3, 13, 0): "/new", (3, 11, 7): "/newer", (3, 11, 2): "/usr/bin/python3"}
    monkeypatch.setattr(matrix, "here", lambda: known)
    assert matrix.oldest() == "/usr/bin/python3"
    assert "PYTHON=$(python3 -m tools.matrix --oldest)\nexport PYTHON\n" in read(ROOT / ".ci" / "run")


def test_a_python_that_is_not_here_is_named_with_the_reason(monkeypatch):
    monkeypatch.setattr(
        matrix, "here", lambda: {(3, 11, 2): "/usr/bin/python3", (3, 13, 5): "/usr/bin/python3.13"}
    )
    monkeypatch.setattr(matrix, "bring", lambda _line: "no uv to ask")
    assert [(one.name, bool(one.program), one.why_not) for one in matrix.promised()] == [
        ("3.11.2", True, ""),
        ("3.11", False, "nothing newer than 3.11.2 on this machine"),
        ("3.12", False, "no uv to ask"),
        ("3.13.5", True, ""),
        ("3.14", False, "no uv to ask"),
    ]


def test_a_step_that_fails_says_which_it_was_and_shows_what_it_said(capfd):
    quietly = ["sh", str(ROOT / "tools" / "quietly.sh"), "looking for nothing"]
    assert subprocess.run([*quietly, "sh", "-c", "echo chatter"], check=False).returncode == 0
    assert capfd.readouterr() == ("", "")
    assert subprocess.run([*quietly, "sh", "-c", "echo the reason; exit 3"], check=False).returncode == 3
    said = capfd.readouterr().err
    assert said.startswith("the reason\nThis failed: looking for nothing (exit status 3 of: sh -c")


def test_no_step_of_make_hides_why_it_fails():
    recipe = [line for line in read(ROOT / "Makefile").split("\n") if line.startswith("\t")]
    installing = [line for line in recipe if re.search(r"PIP_INSTALL|\$\(NPM\) ci|apt-get", line)]
    assert installing
    assert [line for line in installing if "QUIETLY" not in line and "$(NPM) ci" not in line] == []
    assert [line for line in recipe if "--silent" in line and "--package-lock-only" not in line] == []


def test_the_short_form_of_the_suite_names_what_is_there():
    named = [word for word in shlex.split(matrix.SHORT) if word.startswith("tests/")]
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert [path for path in named if (ROOT / path).is_dir() and not [*(ROOT / path).glob("test_*.py")]] == []
