"""Run the tests and hold what they cover: no feature falls below its figure in docs/coverage.md.

    make coverage, or python -m tools.coverage [ARGUMENTS OF PYTEST]

The ratchet turns one way: a feature that is covered better raises its figure there, one that is covered
worse by more than half a point fails the run. With arguments nothing is held: a part of the tests covers a
part of the code.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "coverage.md"
# Which thread comes first decides a branch here and there.
PLAY = 0.5
_ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+) % \|", re.M)
_HEAD = """# Coverage

Lines and branches that the tests reach, in percent, by feature. Written by `make coverage`,
which fails when one falls.

| feature | covered |
|---|---|
"""


def by_feature(report: dict[str, dict[str, dict[str, dict[str, int]]]]) -> dict[str, float]:
    """Return the share covered of each feature, in percent, from coverage's JSON *report*."""
    reached: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for name, one in report["files"].items():
        parts = Path(name).parts
        feature = parts[1] if len(parts) > 2 else "app"
        summary = one["summary"]
        reached[feature] += summary["covered_lines"] + summary["covered_branches"]
        there[feature] += summary["num_statements"] + summary["num_branches"]
    return {name: 100 * reached[name] / there[name] for name in sorted(there) if there[name]}


def fallen(held: dict[str, float], now: dict[str, float]) -> list[str]:
    """Return a sentence for each feature that is covered worse than what is held."""
    return [
        f"{name}: {now[name]:.1f} % where {was:.1f} % was held"
        for name, was in held.items()
        if name in now and now[name] < was - PLAY
    ]


def held() -> dict[str, float]:
    """Return the figures that are held."""
    text = TABLE.read_text("utf-8") if TABLE.is_file() else ""
    return {name: float(share) for name, share in _ROW.findall(text)}


def written(figures: dict[str, float]) -> str:
    """Return the page of *figures*."""
    return _HEAD + "".join(f"| `{name}` | {share:.1f} % |\n" for name, share in sorted(figures.items()))


def main(arguments: list[str]) -> int:
    """Run, compare, raise what rose; return 1 when something fell or a test failed."""
    report = ROOT / "var" / "coverage.json"
    report.parent.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--cov=registration",
        "--cov-branch",
        "--cov-report=",
        f"--cov-report=json:{report}",
    ]
    if subprocess.run(
        [*command, *(arguments or ["-n", "3", "--dist", "worksteal"])], cwd=ROOT, check=False
    ).returncode:
        return 1
    now = by_feature(json.loads(report.read_text("utf-8")))
    print(written(now))
    if arguments:
        return 0
    before = held()
    if worse := fallen(before, now):
        print("\n".join(worse), file=sys.stderr)
        return 1
    TABLE.write_text(
        written({name: max(share, before.get(name, 0.0)) for name, share in now.items()}), "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
