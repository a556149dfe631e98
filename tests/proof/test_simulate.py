"""A seed tells the same story again, byte for byte, and a story with a broken rule fails."""

from registration.cli import cli
from registration.core.tokens import drawn_from, new_code, new_nonce
from registration.proof.client import Seeded
from registration.proof.simulate import simulate
from tests.cli.test_commands import run_installed as run
from tests.proof.mutants import broken

WORDS = ("simulate", "--seed", "7", "--steps", "20", "--trace")


def test_the_same_seed_tells_the_same_story_byte_for_byte(tmp_path):
    first, again = run(tmp_path, *WORDS), run(tmp_path, *WORDS)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout == again.stdout
    assert "crashed before" in first.stdout
    assert first.stdout.endswith("nothing found\n")
    other = run(tmp_path, "simulate", "--seed", "8", "--steps", "20", "--trace")
    assert other.stdout != first.stdout
    # It has a database of its own and leaves nothing behind.
    assert list(tmp_path.iterdir()) == []


def test_a_failing_seed_fails_again_in_the_same_way():
    with broken("cancel forgets to give back"):
        first, again = simulate(3, 60), simulate(3, 60)
    assert first.findings
    assert (first.trace, first.findings) == (again.trace, again.findings)
    assert first.steps < 60


def test_a_failing_simulation_exits_with_one_and_says_how_to_repeat_it(page_app):
    with broken("a place given twice"):
        answer = page_app.test_cli_runner().invoke(cli, ["simulate", "--seed", "1", "--steps", "30"])
    assert answer.exit_code == 1
    assert "FOUND I8" in answer.output
    assert "again: registration simulate --seed 1 --steps 30" in answer.output


def test_tokens_come_of_the_source_that_is_given():
    def drawn() -> tuple[str, str]:
        with drawn_from(Seeded("one seed").bytes):
            return new_nonce(), new_code(10)

    assert drawn() == drawn()
    assert new_nonce() != new_nonce()
