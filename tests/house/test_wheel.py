"""The wheel carries all that the application needs, and works where there is no checkout."""

import os
import shutil
import subprocess
import sys
import tarfile
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


def build(folder: Path, kind: str, pattern: str) -> Path:
    """Build an sdist or a wheel in *folder*, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return next((folder / "dist").glob(pattern))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is released: built from what the sdist holds, and from nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in CARRIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    with tarfile.open(build(folder, "sdist", "*.tar.gz")) as archive:
        # As its documentation says: 3.11.2 has no filters, 3.12 warns of none.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(folder / "unpacked")
    unpacked = next((folder / "unpacked").iterdir())
    return build(unpacked, "wheel", "*.whl")


def shipped() -> set[str]:
    """Return the files of the checkout that an installation needs, by where they lie in the wheel."""
    inside = {path.relative_to(ROOT) for path in (ROOT / "registration").rglob("*")}
    beside = {
        path.relative_to(ROOT) for name in ("templates", "migrations") for path in (ROOT / name).rglob("*")
    }
    needed = {path for path in inside | beside if (ROOT / path).is_file() and path.suffix != ".pyc"}
    return {
        path.as_posix() if path.parts[0] == "registration" else f"registration/{path.as_posix()}"
        for path in needed | {Path("config.py")}
    }


def test_the_wheel_holds_every_file_that_an_installation_needs_and_no_other(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert "registration/templates/email/confirmed/subject.txt" in names
    assert "registration/static/style.css" in names
    assert "registration/translations/zh/LC_MESSAGES/messages.po" in names
    assert names == shipped()


def test_the_wheel_brings_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        told = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "registration = registration.cli:main" in archive.read(told).decode()


def test_an_installation_from_the_wheel_serves_a_page_with_its_translations(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = (
        "import sys, registration; from registration import create_app;"
        "assert registration.__file__.startswith(sys.argv[1]), registration.__file__;"
        "from registration.schema.migrations import migrate; from registration.core.database import db;"
        "app = create_app(); ctx = app.app_context(); ctx.push(); migrate(db.engine);"
        "page = app.test_client().get('/?lang=fr');"
        "print(page.status_code, 'Accès organisateurs' in page.text)"
    )
    environ = {
        "PYTHONPATH": str(tmp_path / "site"),
        "REGISTRATION_DATA": str(tmp_path / "var"),
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "site")],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "200 True"), done.stderr[-2000:]
