"""Files stay small, say what they are, and name no machine. Each rule is shown to catch its sample."""

import ast
import re
from pathlib import Path

from tests.house.files import (
    ALL,
    BENCH,
    CODE,
    ROOT,
    TESTS,
    hidden_imports,
    is_drawer,
    long_functions,
    machine_paths,
    named,
    package_indexes,
    read,
    ways_around,
)

LINES, FUNCTION_LINES, TEST_LINES = 400, 60, 450


def test_files_stay_small():
    assert named([path for path in CODE if read(path).count("\n") > LINES]) == []
    assert named([path for path in (*TESTS, *BENCH) if read(path).count("\n") > TEST_LINES]) == []


def test_functions_stay_small():
    long = {path.name: long_functions(read(path), FUNCTION_LINES) for path in (*CODE, *BENCH)}
    assert {name: functions for name, functions in long.items() if functions} == {}
    assert long_functions("def f():\n" + "    a = 1\n" * 60, FUNCTION_LINES) == ["f"]
    assert long_functions("def f():\n" + "    a = 1\n" * 59, FUNCTION_LINES) == []


def test_no_import_hides_in_a_function():
    hidden = {str(path.relative_to(ROOT)): hidden_imports(read(path)) for path in (*CODE, *TESTS, *BENCH)}
    assert {name: lines for name, lines in hidden.items() if lines} == {}
    assert hidden_imports("def f():\n    if True:\n        from os import path\n") == [3]


def test_every_module_says_what_it_is_for():
    assert (
        named([path for path in (*CODE, *BENCH) if read(path) and not ast.get_docstring(_tree(path))]) == []
    )


def test_no_drawer_for_everything():
    assert named([path for path in (*CODE, *TESTS) if is_drawer(path)]) == []
    assert is_drawer(Path("registration/utils/times.py"))
    assert is_drawer(Path("registration/seats/helpers.py"))


def test_no_test_is_left_out_and_none_may_fail():
    around = {str(path.relative_to(ROOT)): ways_around(read(path)) for path in TESTS}
    assert {name: ways for name, ways in around.items() if ways} == {}
    for sample in ("import pytest\n@pytest.mark.xfail\ndef test(): ...", "import pytest\npytest.skip('no')"):
        assert ways_around(sample)


def test_no_file_names_a_folder_of_the_machine_it_was_written_on():
    assert named([path for path in ALL if machine_paths(read(path))]) == []
    for folder in ("work", "root", "home"):
        assert machine_paths(f"open('/{folder}/somebody/data')")


def test_no_file_names_a_package_index():
    assert named([path for path in ALL if package_indexes(read(path))]) == []
    assert package_indexes("https://" + "pypi" + ".org/simple")


def test_nothing_is_left_for_later():
    later = re.compile(r"#.*\b(" + "TO" + "DO|FIX" + r"ME)\b")
    assert named([path for path in (*CODE, *TESTS, *BENCH) if later.search(read(path))]) == []


def _tree(path: Path) -> ast.Module:
    return ast.parse(read(path))
