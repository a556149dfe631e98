"""Statements take no list of parameters that grows: `in_` stands before constants and sub-selects alone.

Whatever holds as many values as there are people, parties or events goes through core.among.
"""

import ast

import pytest

from tests.house.files import CODE, ROOT

# A few constants of our own, handed over by their caller.
ALLOWED = {
    ("accounts/access.py", "roles"),
    ("booking/invariants.py", "kinds"),
    ("capability/services.py", "purposes"),
    ("journal/queries.py", "after"),
}


def listed(source):
    """Return what stands in a list of parameters and is neither constants nor a sub-select, in words."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = []
    for scope in (*functions, tree):
        nodes = set(ast.walk(scope))
        queries = {
            ast.unparse(name)
            for node in nodes
            if isinstance(node, ast.Assign) and selects(node.value)
            for name in node.targets
        }
        inner = {
            one for other in functions if other is not scope and other in nodes for one in ast.walk(other)
        }
        found += [
            ast.unparse(node.args[0])
            for node in nodes - inner
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("in_", "not_in", "notin_")
            and not is_fixed(node.args[0])
            and not selects(node.args[0])
            and ast.unparse(node.args[0]) not in queries
        ]
    return found


def selects(node):
    """Say whether *node* is a statement: a chain of calls that begins with select."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "select"


def is_fixed(node):
    """Say whether *node* is written out, or a constant of ours."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "list":
        return all(is_fixed(one) for one in node.args)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return not any(isinstance(one, ast.Starred) for one in node.elts)
    return ast.unparse(node).rpartition(".")[2].isupper()


def everywhere():
    package = ROOT / "registration"
    return {
        (path.relative_to(package).as_posix(), one)
        for path in CODE
        for one in listed(path.read_text(encoding="utf-8"))
    }


def test_no_statement_takes_a_list_that_grows():
    assert everywhere() - ALLOWED == set()


def test_no_exception_outlives_its_reason():
    assert ALLOWED - everywhere() == set()


@pytest.mark.parametrize(
    "condition",
    [
        "Registration.id.in_(registration_ids)",
        "Registration.id.in_([one.id for one in found])",
        "Registration.id.in_({*known, other})",
        "Registration.id.not_in(sorted(gone))",
        "_pool.c.id.in_(bindparam('ids', expanding=True))",
        "Answer.question_id.in_(ids[start : start + 500])",
        "def a():\n    ids = select(Pool.id)\ndef b(ids):\n    return Pool.id.in_(ids)",
    ],
)
def test_a_list_that_grows_is_noticed(condition):
    assert len(listed(condition)) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "among(Registration.id, registration_ids)",
        "Registration.state.in_(rules.HOLDING)",
        "Registration.state.in_((CONFIRMED, OFFERED))",
        "Registration.state.in_(list(_TELLING))",
        "Registration.id.in_(select(Attendee.registration_id).where(Attendee.firm == firm))",
        "ours = select(Pool.id).where(Pool.event_id == event_id)\nPool.id.in_(ours)",
    ],
)
def test_what_stays_as_it_is_is_no_fault(condition):
    assert listed(condition) == []
