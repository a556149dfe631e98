"""Run the short form of the suite on every Python that the README names: `make matrix`.

Each is looked for on the PATH, with pyenv and with uv, then asked of uv and of Debian's packages. ARGS says
another form. It fails when a Python that is here fails, and says which could not be had.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "matrix"
# The oldest as Debian 12 has it, then the newest of each line.
OLDEST = (3, 11, 2)
PROMISED = ((3, 11), (3, 12), (3, 13))
# Tried where it can be had, and promised to nobody before that.
HOPED_FOR = ((3, 14),)
LINES = PROMISED + HOPED_FOR
# Where another Python can matter: the base, the commands, and what reads and writes words, mails, calendars.
SHORT = " ".join(
    [
        *(f"tests/{folder}" for folder in ("accounts", "cli", "core", "ical", "mail", "seating", "web")),
        *(f"tests/house/test_{name}.py" for name in ("migrations", "pythons", "translations", "wheel")),
        "-k 'not postgres'",
    ]
)
Version = tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """A Python of the README that is here, or why it is not."""

    promised: Version
    version: Version = ()
    program: str = ""
    why_not: str = ""

    @property
    def name(self) -> str:
        return ".".join(map(str, self.version or self.promised))


def version_of(program: str) -> Version:
    """Return the version of an interpreter; nothing where it does not start."""
    told = _told(program, "-c", "import json, sys; print(json.dumps(sys.version_info[:3]))")
    return tuple(json.loads(told)) if told else ()


def candidates() -> Iterator[str]:
    """Return programs that may be a Python."""
    names = ["python3", *(f"python{major}.{minor}" for major, minor in LINES)]
    for folder in dict.fromkeys([*os.environ["PATH"].split(os.pathsep), "/usr/bin", "/usr/local/bin"]):
        yield from (str(Path(folder) / name) for name in names)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from (str(path) for path in sorted(pyenv.glob("versions/*/bin/python")))
    for major, minor in LINES:
        yield _told("uv", "python", "find", "--no-project", f"{major}.{minor}").strip()


def here() -> dict[Version, str]:
    """Return the interpreters of this machine by version; a virtual environment is none of its own."""
    programs: dict[Version, str] = {}
    for program in candidates():
        if (
            program
            and Path(program).exists()
            and not Path(program).parents[1].joinpath("pyvenv.cfg").exists()
        ):
            version = version_of(program)
            if version:
                programs.setdefault(version, program)
    return programs


def newest(line: Version, programs: dict[Version, str]) -> Found:
    """Return the newest interpreter of a line, or of nothing why it is missing."""
    found = max((version for version in programs if version[: len(line)] == line), default=None)
    return Found(line, found, programs[found]) if found else Found(line, why_not="not on this machine")


def oldest() -> str:
    """Return the oldest promised interpreter that is here, else what the Makefile takes."""
    programs = here()
    return min(
        ((version, programs[version]) for version in programs if version >= OLDEST), default=((), "python3")
    )[1]


def bring(line: Version) -> str:
    """Ask uv and Debian for the newest of a line; return why neither has it, or nothing."""
    name = ".".join(map(str, line))
    reasons = []
    if shutil.which("uv") is None:
        reasons.append("no uv to ask")
    elif _is_done("uv", "python", "install", name):
        return ""
    else:
        reasons.append("uv cannot fetch it")
    if shutil.which("apt-get") is None:
        reasons.append("no Debian to ask")
    elif "Candidate: 3" not in _told("apt-cache", "policy", f"python{name}"):
        reasons.append("this Debian has no such package")
    elif _is_done("sh", "tools/packages.sh", f"Python {name}", f"python{name}", f"python{name}-venv"):
        return ""
    else:
        reasons.append("Debian's package did not install")
    return ", ".join(reasons)


def promised() -> list[Found]:
    """Return all promised Pythons, brought here where that can be done."""
    programs = here()
    all_of_them = [newest(OLDEST, programs)]
    for line in LINES:
        found = newest(line, programs)
        if not found.program:
            why_not = bring(line)
            found = Found(line, why_not=why_not) if why_not else newest(line, here())
        all_of_them.append(found)
    if all_of_them[1].version == OLDEST:
        all_of_them[1] = Found(LINES[0], why_not=f"nothing newer than {all_of_them[0].name} on this machine")
    return all_of_them


def tried(found: Found, arguments: str) -> tuple[bool, str]:
    """Run the suite on one of them; return whether it passed, and its closing line."""
    folder = PLACE / found.name
    log = PLACE / f"{found.name}.log"
    made = ["make", "-s", f"VENV={folder.relative_to(ROOT)}", f"PYTHON={found.program}"]
    run = [str(folder / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    commands = ([*made, f"{folder.relative_to(ROOT)}/.installed-dev"], [*run, *shlex.split(arguments)])
    with log.open("w", encoding="utf-8") as file:
        for command in commands:
            done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                break
    lines = log.read_text("utf-8", "replace").rstrip().split("\n")
    if done.returncode:
        print("\n".join([*lines[-30:], f"The whole log: {log}"]), file=sys.stderr)
    return done.returncode == 0, lines[-1].strip("= ")


def main() -> int:
    """Try each; return 1 when one that is here fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--args", default="", help="for pytest, instead of the short form")
    parser.add_argument("--workers", default="2")
    parser.add_argument(
        "--oldest", action="store_true", help="print which program is the oldest of them here"
    )
    given = parser.parse_args()
    if given.oldest:
        print(oldest())
        return 0
    arguments = f"-n {given.workers} --dist worksteal {given.args or SHORT}"
    PLACE.mkdir(parents=True, exist_ok=True)
    rows, passed = [], True
    for found in promised():
        if not found.program:
            rows.append((found.name, "–", f"not tried: {found.why_not}"))
            continue
        print(f"Python {found.name} ({found.program}) ...", flush=True)
        began = time.monotonic()
        is_good, said = tried(found, arguments)
        passed = passed and is_good
        outcome = f"{'passed' if is_good else 'FAILED'}: {said}"
        rows.append((found.name, f"{time.monotonic() - began:.0f} s", outcome))
    for name, seconds, outcome in rows:
        print(f"{name:8} {seconds:>6}  {outcome}")
    return 0 if passed else 1


def _told(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def _is_done(*command: str) -> bool:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
