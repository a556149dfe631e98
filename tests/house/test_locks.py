"""The lock files pin everything by hash and hold what pyproject asks for."""

import json
import re
import tomllib

import pytest

from tests.house.files import ROOT, read

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
CLIENTS = "requirements-clients.lock"


def locked(name: str) -> dict[str, str]:
    """Return the blocks of a lock file by what they require."""
    blocks = re.split(r"\n(?=[a-z0-9])", read(ROOT / "deploy" / name))
    return {block.split(" ")[0].split("\n")[0]: block for block in blocks if block.strip()}


def asked_for(*groups: str) -> set[str]:
    """Return the names of direct dependencies, of the extras *groups* too."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    wanted = list(project["dependencies"])
    for group in groups:
        wanted += project["optional-dependencies"][group]
    return {re.split(r"[\[><=;~ ]", one)[0] for one in wanted}


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT, CLIENTS])
def test_every_requirement_is_pinned_by_hash(name):
    assert len(locked(name)) > 20
    for requirement, block in locked(name).items():
        assert "==" in requirement, requirement
        assert "--hash=sha256:" in block, requirement


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT, CLIENTS])
def test_the_lock_names_no_place_to_get_packages_from(name):
    text = read(ROOT / "deploy" / name)
    assert "://" not in text
    assert "--index" not in text
    assert "--find" not in text


def test_the_lock_of_node_programs_pins_by_hash_and_names_no_place_either():
    packages = json.loads(read(ROOT / "tests" / "clients" / "package-lock.json"))["packages"]
    del packages[""]
    assert "node_modules/lighthouse" in packages
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_the_locks_hold_what_the_project_asks_for():
    runtime = {requirement.split("==")[0].split("[")[0] for requirement in locked(RUNTIME)}
    development = {requirement.split("==")[0].split("[")[0] for requirement in locked(DEVELOPMENT)}
    assert asked_for() <= runtime
    assert asked_for("dev") <= development


def test_tests_run_with_the_versions_that_are_served():
    development = {requirement.split(" ")[0] for requirement in locked(DEVELOPMENT)}
    assert {requirement.split(" ")[0] for requirement in locked(RUNTIME)} <= development
