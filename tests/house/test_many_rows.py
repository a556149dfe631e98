"""Several rows are written by core.database.write_rows or insert_all: a statement for none is refused there.

SQLAlchemy carries out a statement with an empty list as if it had no parameters: a row of defaults is
written, or the statement fails, on one database or on both.
"""

import ast

import pytest

from tests.house.files import ROOT

# The helpers themselves, and statements that are given one set of values, which a name hides.
ALLOWED = {
    ("booking/emails/registration.py", "asked"),
    ("core/database.py", "list(rows)"),
    ("core/submissions.py", "row"),
    ("ical/queries.py", "values"),
    ("mail/outbox.py", "row"),
    ("seats/firm_keys.py", "both"),
    ("seats/firm_keys.py", "values"),
    ("seats/gate.py", "now_is"),
}


def bare_writes(source):
    """Return what is handed to a statement, in words, wherever it could be several rows."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in ("bulk_insert_mappings", "bulk_update_mappings", "executemany"):
            found.append(node.func.attr)
        given = node.args[1:2] + [one.value for one in node.keywords if one.arg in ("params", "parameters")]
        if node.func.attr in ("execute", "scalars", "scalar"):
            found += [ast.unparse(one) for one in given if not is_one(one)]
        if node.func.attr == "values" and "insert(" in ast.unparse(node.func.value):
            found += [ast.unparse(one) for one in node.args if not is_one(one)]
    return found


def is_one(node):
    """Say whether *node* is plainly one set of values."""
    if isinstance(node, ast.IfExp):
        return is_one(node.body) and is_one(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return is_one(node.left) or is_one(node.right) or isinstance(node.left, ast.Name)
    return isinstance(node, ast.Dict | ast.DictComp)


def written():
    package = ROOT / "registration"
    return {
        (path.relative_to(package).as_posix(), one)
        for path in package.rglob("*.py")
        for one in bare_writes(path.read_text(encoding="utf-8"))
    }


def test_several_rows_are_written_by_the_helper_alone():
    assert written() - ALLOWED == set()


def test_no_exception_outlives_its_reason():
    assert ALLOWED - written() == set()


@pytest.mark.parametrize(
    "work",
    [
        "session.execute(_ASK, rows)",
        "session.connection().execute(_ASK, [{'id': one} for one in ids])",
        "session.execute(insert(table(Answer)), list(rows))",
        "session.execute(_ASK, params=rows)",
        "session.execute(insert(Answer).values(rows))",
        "session.execute(insert(Answer).values([{'id': one} for one in ids]))",
        "session.scalars(insert(Answer).returning(Answer.id), rows)",
        "session.bulk_insert_mappings(Answer, rows)",
    ],
)
def test_a_write_beside_the_helper_is_noticed(work):
    assert len(bare_writes(work)) == 1


@pytest.mark.parametrize(
    "work",
    [
        "write_rows(session, _ASK, rows)",
        "session.execute(_ONE, {'id': 1})",
        "session.execute(_ONE, values | {'id': 1})",
        "session.execute(select(Answer))",
        "session.execute(update(Answer).values(**values))",
        "session.execute(_ONE, {} if one is None else {'id': one})",
    ],
)
def test_one_set_of_values_is_no_fault(work):
    assert bare_writes(work) == []
