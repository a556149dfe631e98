"""Make a release: version, changelog, upgrade note, commit, tag.

    python -m tools.release 1.2.0

The first call writes docs/upgrades/1.2.0.md from what changed in settings and migrations since the last
release, to be completed in words; the second one, when it is, commits and tags. It refuses a dirty tree.
"""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLANK = "(Say in a sentence what an operator has to do, or that there is nothing to do.)"
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class NotReady(Exception):
    """The release cannot be made yet; the message says what is missing."""


def dated(changelog: str, version: str, day: date) -> str:
    """Return *changelog* with its unreleased part under *version*. Raises NotReady without one."""
    before, mark, after = changelog.partition("## Unreleased\n")
    news = after.split("\n## ")[0].strip()
    if not mark or not news:
        raise NotReady("CHANGELOG.md has nothing under Unreleased: there is nothing to release.")
    return f"{before}## Unreleased\n\n## {version} ({day.isoformat()})\n{after}"


def with_version(project: str, version: str) -> str:
    """Return pyproject.toml with *version*. Raises NotReady when it is not newer."""
    found = re.search(r'^version = "([\d.]+)"$', project, re.M)
    if found is None or _numbers(version) <= _numbers(found[1]):
        raise NotReady(f"{version} is not newer than {found[1] if found else 'what is there'}.")
    return project.replace(found[0], f'version = "{version}"')


def note(version: str, settings: list[str], migrations: list[str]) -> str:
    """Return the beginnings of an upgrade note."""
    changed = "\n".join(f"- `{one}`" for one in settings) or "- none"
    schema = "\n".join(f"- {one}" for one in migrations) or "- none"
    return (
        f"# Upgrading to {version}\n\n{BLANK}\n\n## Settings that came, went or changed\n\n{changed}\n\n"
        f"## Migrations\n\n{schema}\n\n`registration backup` first; `registration migrate` with the new "
        "release; the way back is the backup and the release before.\n"
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _git(*arguments: str) -> str:
    return subprocess.run(
        ("git", *arguments), cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def _changes(last: str) -> tuple[list[str], list[str]]:
    """Return the names of changed settings and of new migrations since the tag *last*."""
    if not last:
        return [], []
    lines = _git("diff", "-U0", last, "--", "config.py").split("\n")
    settings = sorted({found[1] for line in lines if (found := re.match(r"[+-]([A-Z_]+) = ", line))})
    added = _git("diff", "--name-only", "--diff-filter=A", last, "--", "migrations/versions").split("\n")
    return settings, sorted(Path(one).stem.replace("_", " ") for one in added if one)


def release(version: str) -> str:
    """Make the release, or the note that it waits for; return what to do next. Raises NotReady."""
    if not _VERSION.fullmatch(version):
        raise NotReady("Name the version as three numbers, as in 1.2.0.")
    path = ROOT / "docs" / "upgrades" / f"{version}.md"
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            note(version, *_changes(_git("tag", "--list", "v*", "--sort=-creatordate").split("\n")[0])),
            "utf-8",
        )
        return f"Complete {path.relative_to(ROOT)}, commit it, and call this again."
    if _git("status", "--porcelain"):
        raise NotReady("Commit or put away what is changed first.")
    if BLANK in path.read_text("utf-8"):
        raise NotReady(f"{path.relative_to(ROOT)} is not complete: {BLANK}")
    for name, text in (
        (
            "CHANGELOG.md",
            dated((ROOT / "CHANGELOG.md").read_text("utf-8"), version, datetime.now(UTC).date()),
        ),
        ("pyproject.toml", with_version((ROOT / "pyproject.toml").read_text("utf-8"), version)),
    ):
        (ROOT / name).write_text(text, "utf-8")
    _git("commit", "-am", f"Release {version}")
    _git("tag", f"v{version}")
    return f"Released {version}: push main and the tag v{version}."


def main() -> int:
    """Make the release that is named."""
    try:
        print(release(sys.argv[1] if len(sys.argv) > 1 else ""))
    except NotReady as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
