"""The long form of every proof, and docs/reliability.md written from what it showed. `make prove`."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from registration.proof.simulate import simulate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
# Together they take some ten minutes on 2 cores.
LONG = {"PROVE_EXAMPLES": "60", "PROVE_STEPS": "40", "PROVE_ALL_PAGES": "1"}
TESTS = ("tests/proof", "tests/faults", "tests/races", "tests/browser/test_lighthouse.py")
SEEDS, STEPS = 42, 250
WORKERS = 2

HEAD = """# Reliability

What was done to the engine, and what was lost. Written by `make prove`, which runs the long form of the tests
in `tests/proof`, `tests/faults` and `tests/races`; `make test` runs the short form of the same. Beside each
figure stands the command that shows it. "Nothing lost" means: every answer that a client got is what the
tables say afterwards, the doctor finds nothing, and the same form again leads to the same registration.
"""


def main() -> int:
    """Run everything and write the page; 1 when something was found."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="registration-prove-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", str(WORKERS), "--dist", "worksteal", *TESTS],
            cwd=ROOT,
            env={**os.environ, **LONG, "PROOF_TABLES": folder},
            check=False,
        )
        rows = {path.stem: path.read_text(encoding="utf-8") for path in Path(folder).glob("*.md")}
    walked, findings = _walk()
    if done.returncode or findings:
        print("\n".join(findings))
        return 1
    minutes = (time.monotonic() - begun) / 60
    PAGE.write_text(_page(rows, walked, minutes), encoding="utf-8")
    print(f"written to {PAGE.relative_to(ROOT)}")
    return 0


def _walk() -> tuple[str, list[str]]:
    """Walk from many seeds; return the row of the table, and what was found."""
    steps = crashes = 0
    findings = []
    seeds = range(1, SEEDS + 1)
    # A process for each: every walk has a clock of its own.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as walkers:
        stories = list(walkers.map(simulate, seeds, repeat(STEPS)))
    for seed, story in zip(seeds, stories, strict=True):
        steps += story.steps
        crashes += sum(story.crashed.values())
        findings += [f"seed {seed}: {finding}" for finding in story.findings]
    command = f"`registration simulate --seed 1 --steps {STEPS}` … `--seed {SEEDS}`"
    told = (
        f"| crash at a random point of a random step, of all operations | sqlite"
        f" | {crashes} crashes in {steps} steps | nothing"
    )
    return f"{told} | {command} |\n", findings


def _page(rows: dict[str, str], walked: str, minutes: float) -> str:
    faults = _sorted(rows.get("faults", ""))
    return (
        f"{HEAD}\n## Faults\n\n"
        "| what was done | database | how often | what was lost | command |\n|---|---|---|---|---|\n"
        f"{faults}{walked}\n"
        "## Rules broken on purpose\n\n"
        "A proof that cannot fail proves nothing: each row is the engine with one rule broken, who\n"
        "noticed it, and after how many steps of a walk or a story in one process\n"
        "(`pytest tests/proof/test_mutants.py`). Broken locks show in a crowd (`pytest tests/races`).\n\n"
        "| rule broken | noticed by | after steps |\n|---|---|---|\n"
        f"{_sorted(rows.get('mutants', ''))}\n"
        f"All of it took {minutes:.0f} minutes on {os.cpu_count()} cores.\n"
    )


def _sorted(rows: str) -> str:
    return "".join(sorted(set(rows.splitlines(keepends=True))))


if __name__ == "__main__":
    sys.exit(main())
