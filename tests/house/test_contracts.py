"""The order of the house is a contract, and each contract is shown to be broken by its sample."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.files import ROOT, read

SETTINGS = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in SETTINGS["contracts"]}
LAYERS = {"views", "forms", "services", "messages", "queries", "models", "rules"}
# What they import against the contract of the same name; the last one is a folder that nobody placed.
BREACHES = {
    "house": ("core/text.py", "from registration.web import paging\n"),
    "features": ("seats/rules.py", "from registration.seats import models\n"),
    "booking": ("booking/queries/bookings.py", "from registration.booking.changes import cancel\n"),
    "organiser": ("organiser/shared/zones.py", "from registration.organiser.event import forms\n"),
    "circles": ("web/paging.py", "from registration.web import errors\n"),
    "doors": ("site/views.py", "from registration.booking.admission import write\n"),
    "no-flask": ("booking/changes/cancel.py", "from flask import request\n"),
    "engine": ("events/queries.py", "from registration.web import filters\n"),
    "pure-rules": ("events/rules.py", "import sqlalchemy\n"),
    "transport": ("booking/notifications/notify.py", "from registration.mail import transport\n"),
}


def lint(folder: Path) -> tuple[int, str]:
    """Run the import contracts in *folder* and return the exit code and what was said."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def copy_of_the_house(folder: Path) -> Path:
    """Copy what the contracts look at."""
    ignored = shutil.ignore_patterns("__pycache__", "static")
    for name in ("registration", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_import_contracts_hold():
    code, said = lint(ROOT)
    assert code == 0, said[-3000:]


def test_every_contract_is_broken_by_what_it_forbids(tmp_path):
    folder = copy_of_the_house(tmp_path)
    for path, breach in BREACHES.values():
        file = folder / "registration" / path
        file.write_text(breach + read(file), encoding="utf-8")
    _code, said = lint(folder)
    assert set(BREACHES) == set(CONTRACTS)
    for name, contract in CONTRACTS.items():
        assert re.search(rf"{re.escape(contract['name'])} BROKEN", said), f"{name} holds whatever is imported"


def test_a_folder_that_nobody_placed_is_noticed(tmp_path):
    folder = copy_of_the_house(tmp_path)
    (folder / "registration" / "newcomer").mkdir()
    (folder / "registration" / "newcomer" / "__init__.py").write_text("", encoding="utf-8")
    code, said = lint(folder)
    assert code != 0
    assert "newcomer" in said


def test_every_feature_with_layers_is_in_the_contract_of_features():
    with_layers = {
        f"registration.{folder.name}"
        for folder in (ROOT / "registration").iterdir()
        if folder.is_dir() and sum((folder / f"{one}.py").exists() for one in LAYERS) >= 1
    }
    # The schema has pages that ask whether it is there, and no feature's layers.
    assert with_layers - {"registration.schema"} <= set(CONTRACTS["features"]["containers"])


def test_a_door_that_nobody_uses_is_closed(tmp_path):
    folder = copy_of_the_house(tmp_path)
    door = folder / "registration" / "seats" / "__init__.py"
    door.write_text(read(door).replace("Doors: ", "Doors: ledger_replay, "), encoding="utf-8")
    code, said = lint(folder)
    assert code != 0
    assert "registration.seats names the door ledger_replay, and nobody outside uses it" in said
