"""Each rule, broken: the walk with the model and the doctor beside it must notice it."""

import re

import pytest

from registration.proof.simulate import walk_from
from registration.proof.walk import Story
from tests.faults.tables import tell
from tests.proof.mutants import OF_RULES, broken

# Walks that were seen to find the slowest of them come first; a few more, should an operation be added.
SEEDS = (7, 2, 4, 1, 3, 5, 6, 8)
STEPS = 50


def walked(mutant: str) -> tuple[Story, int]:
    """Walk with one rule broken until something is found; return the story and all steps taken."""
    taken = 0
    with broken(mutant):
        for seed in SEEDS:
            story = walk_from(seed, STEPS, 3, f"walk-{seed}")
            taken += story.steps
            if story.findings:
                break
    return story, taken


def test_without_a_mutant_nothing_is_found(app):
    for seed in SEEDS[:2]:
        story = walk_from(seed, STEPS, 3, f"walk-{seed}")
        assert story.findings == []
        assert story.steps == STEPS


@pytest.mark.parametrize("mutant", sorted(OF_RULES))
def test_a_broken_rule_is_found(page_app, mutant, record_property):
    story, taken = walked(mutant)
    assert story.findings, f"{mutant} was not noticed in {taken} steps"
    noticed = killed_by(story.findings[0])
    record_property("noticed by", f"{noticed} after {taken} steps")
    tell("mutants", mutant, noticed, taken)


def killed_by(finding: str) -> str:
    """Return in a word who noticed: an invariant of the doctor, the model, the answer."""
    invariant = re.match(r"I\d+b?", finding)
    if invariant:
        return f"doctor {invariant[0]}"
    for words, who in (("client", "answer"), ("mail", "model: mail"), ("crash", "crash: not all or nothing")):
        if words in finding:
            return who
    return "model: seats"
