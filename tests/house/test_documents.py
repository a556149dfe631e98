"""What the documents name is there, and what is there is named."""

import re
import tomllib

import pytest

from registration.core.settings import PREFIX, defaults
from tests.house.files import ROOT, read
from tests.house.test_locks import asked_for, asked_for_building

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LAYERS = next(
    contract["layers"]
    for contract in tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    if contract["id"] == "house"
)


def explained() -> dict[str, str]:
    """Return the comment above each setting of config.py; settings in one block share theirs."""
    comments: dict[str, str] = {}
    for block in read(ROOT / "config.py").split("\n\n"):
        comment = " ".join(line[2:] for line in block.split("\n") if line.startswith("# "))
        for name in re.findall(r"^([A-Z_]+) = ", block, re.M):
            comments[name] = comment
    return comments


def test_every_setting_has_a_line_that_explains_it():
    comments = explained()
    assert list(comments) == list(defaults())
    assert [name for name, comment in comments.items() if len(comment) < 20] == []


def test_the_page_of_settings_says_what_config_says():
    rows = [
        f"| `{PREFIX}{name}` | `{defaults()[name]}` | {comment} |" for name, comment in explained().items()
    ]
    page = read(ROOT / "docs" / "settings.md").split("\n")
    assert [row for row in page if row.startswith(f"| `{PREFIX}")] == rows


def test_every_dependency_has_its_reason_and_no_other_is_named():
    told = re.findall(r"^\| `([a-z0-9-]+)` \|", read(ROOT / "docs" / "dependencies.md"), re.M)
    assert sorted(told) == sorted(asked_for("dev") | asked_for_building())


def test_the_architecture_tells_the_order_of_the_house():
    told = re.findall(r"^([a-z]+) {2,}\w", read(ROOT / "docs" / "architecture.md"), re.M)
    assert told[: len(LAYERS)] == LAYERS


def test_modules_that_the_architecture_names_are_there():
    named = set(re.findall(r"`((?:core|web|booking|seats|mail|schema)[./][a-z_./]+)`", _architecture()))
    assert len(named) >= 4
    for name in named:
        path = ROOT / "registration" / name.removesuffix(".py").replace(".", "/")
        # A module, a folder, or what a module defines.
        assert any(one.exists() for one in (path.with_suffix(".py"), path, path.parent.with_suffix(".py"))), (
            name
        )


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_numbered_short_and_says_what_was_turned_down(path):
    text = read(path)
    assert text.startswith(f"# {path.name[:4]} ")
    assert text.count("\n") <= 60
    for part in ("**Decided.**", "**Why.**", "**Turned down.**", "**The price.**"):
        assert part in text


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]


def test_links_between_documents_lead_somewhere():
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", read(path)):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_names_the_commands_that_there_are():
    readme = read(ROOT / "README.md")
    targets = set(re.findall(r"^([a-z]+):.*##", read(ROOT / "Makefile"), re.M))
    assert set(re.findall(r"^make ([a-z]+)", readme, re.M)) <= targets
    assert "make test" in readme


def test_ci_ends_with_the_test_command_of_the_readme():
    lines = [line for line in read(ROOT / ".ci" / "run").split("\n") if line]
    assert "set -eu" in lines
    assert lines[-1] == "make test"


def _architecture() -> str:
    return read(ROOT / "docs" / "architecture.md")


def test_what_catches_the_next_fault_is_there():
    named = re.findall(r"`((?:tests|registration|bench|tools)/[\w/.-]+)`", read(ROOT / "docs" / "found.md"))
    assert len(named) > 50
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_each_kind_of_fault_has_one_row():
    rows = re.findall(r"^(\| [0-9.]+[^|]*\| [^|]*\|)", read(ROOT / "docs" / "found.md"), re.M)
    assert [row for row in rows if rows.count(row) > 1] == []
