"""The house guards itself: routes, settings, files, locks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registration.core.settings import defaults

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "registration").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_route_appears_or_vanishes_unnoticed(page_app):
    methods = {
        f"{' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule}"
        for rule in page_app.url_map.iter_rules()
    }
    reviewed = (Path(__file__).parent / "routes.txt").read_text(encoding="utf-8").split("\n")
    assert sorted(methods) == [line for line in reviewed if line]


def test_every_page_without_parameters_answers_without_an_error(page_app, page_client):
    for rule in page_app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments:
            assert page_client.get(rule.rule).status_code < 500, rule.rule


def test_every_setting_is_explained_and_documented():
    lines = (ROOT / "config.py").read_text(encoding="utf-8").split("\n")
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, default in defaults().items():
        index = next(number for number, line in enumerate(lines) if line.startswith(f"{name} = "))
        block = lines[:index][::-1]
        assert any(line.startswith("# ") for line in block[:3]), f"{name} has no line that explains it"
        assert f"`REGISTRATION_{name}`" in documented, f"{name} is not in docs/settings.md"
        assert str(default) in documented


def test_files_and_functions_stay_small():
    long_files = [path for path in CODE if len(path.read_text(encoding="utf-8").split("\n")) > 400]
    long_functions = [
        f"{path.name}:{node.name}"
        for path in CODE
        for node in functions(path)
        if node.end_lineno - node.lineno > 60
    ]
    assert (long_files, long_functions) == ([], [])


def test_no_import_hides_in_a_function():
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in (*CODE, *TESTS)
        for node in functions(path)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert [path for path in CODE if path.stem in drawers or path.parent.name in drawers] == []


def test_no_test_is_skipped_and_none_expects_to_fail():
    marks = re.compile(r"pytest\.(mark\.(skip|xfail)|skip\()")
    here = Path(__file__)
    assert [path for path in TESTS if path != here and marks.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_pins_by_hash_and_names_no_index(name):
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert "http" not in text
    assert "--index" not in text
    for block in re.split(r"\n(?=[a-z])", text):
        requirement = block.split(" ")[0]
        assert "==" in requirement, requirement
        assert "--hash=sha256:" in block, requirement


def test_every_dependency_has_its_reason():
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", pyproject, re.S | re.M)
    names = {
        re.split(r"[\[><=;\s]", line.strip().strip('",'))[0]
        for block in blocks
        for line in block.split("\n")
        if line.strip()
    }
    assert len(names) > 15
    assert [name for name in sorted(names) if f"`{name.lower()}`" not in told] == []


def test_the_import_contracts_hold():
    lint = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout[-2000:]


def test_the_readme_names_the_commands_that_there_are():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for target in re.findall(r"^make ([a-z]+)", readme, re.M):
        assert target in targets
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
