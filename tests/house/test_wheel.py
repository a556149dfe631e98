"""The wheel carries all that the application needs, and works where there is no checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CARRIED = (
    "registration",
    "templates",
    "migrations",
    "config.py",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what the sdist would hold."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in CARRIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return next((folder / "dist").glob("*.whl"))


def test_templates_migrations_settings_and_styles_are_inside_the_package(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "registration/templates/layout.html",
        "registration/templates/email/confirmed/subject.txt",
        "registration/migrations/env.py",
        "registration/migrations/versions/0001_create_the_tables.py",
        "registration/config.py",
        "registration/static/style.css",
    ):
        assert needed in names
    assert {name.split("/")[0] for name in names} <= {"registration", names[-1].split("/")[0]}


def test_an_installation_from_the_wheel_serves_a_page(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = (
        "import registration, pathlib; from registration import create_app;"
        "assert 'site' in registration.__file__;"
        "from registration.schema.migrations import migrate; from registration.core.database import db;"
        "app = create_app(); ctx = app.app_context(); ctx.push(); migrate(db.engine);"
        "print(app.test_client().get('/').status_code)"
    )
    environ = {
        "PYTHONPATH": str(tmp_path / "site"),
        "REGISTRATION_DATA": str(tmp_path / "var"),
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "200"), done.stderr[-2000:]
