"""Each rule, broken: the walk with the model and the doctor beside it must notice it."""

import re
from datetime import timedelta

import pytest

from registration.proof.client import Form, Step
from registration.proof.simulate import begun, injected, walk_from
from registration.proof.stage import OFFER_HOURS, raise_stage
from registration.proof.walk import Story
from tests.faults.tables import IS_LONG, tell
from tests.proof.mutants import OF_RULES, broken
from tests.proof.stories import ANSWERS, STORIES, told
from tests.proof.story_mutants import OF_STORIES

# Walks that were seen to find the slowest of them come first; a few more, should an operation be added.
SEEDS = (7, 2, 4, 1, 3, 5, 6, 8)
STEPS = 80


def walked(mutant: str) -> tuple[Story, int]:
    """Walk with one rule broken until something is found; return the story and all steps taken.

    The short form tells a story first that meets most of the rules sooner than chance does.
    """
    taken = 0
    if not IS_LONG:
        story = told("plain", mutant)
        if story.findings:
            return story, story.steps
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


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_the_model_says(app, name):
    story = told(name)
    assert story.findings == []
    assert ANSWERS[name] <= set(story.answers)


@pytest.mark.parametrize(
    ("name", "mutant"), [(name, mutant) for name in OF_STORIES for mutant in sorted(OF_STORIES[name])]
)
def test_a_rule_broken_in_a_story_is_found(page_app, name, mutant):
    story = told(name, mutant)
    assert story.findings, f"{mutant} was not noticed"
    tell("mutants", mutant, killed_by(story.findings[0]), story.steps)


def answered_late(mutant: str) -> Story:
    """Let an offer be accepted ten seconds after its deadline, before the sweeper has looked."""
    with broken(mutant), injected("late") as (time, mailbox):
        walk = begun(raise_stage("late", 3), time, mailbox)
        first = Form("first", "ada", ((3, ("Guest",) * 3),))
        second = Form("second", "ben", ((3, ("Guest",)),))
        walk.client.forms += [first, second]
        walk.take(Step("register", {"form": first}))
        walk.take(Step("register", {"form": second}))
        walk.take(Step("cancel", {"key": "first", "hall": 3, "by_organiser": False}))
        walk.take(Step("wait", {"until": time.at + timedelta(hours=OFFER_HOURS, seconds=10)}))
        assert walk.story.findings == []
        walk.take(Step("accept", {"key": "second", "hall": 3}))
    return walk.story


def test_a_late_offer_is_refused_and_taking_it_is_found(page_app):
    story = answered_late("late offer taken")
    assert story.findings[0] == "the client was answered done instead of offer-ended"
    tell("mutants", "late offer taken", killed_by(story.findings[0]), story.steps)


def test_a_late_offer_has_ended(page_app):
    story = answered_late("")
    assert story.findings == []
    assert story.answers["accept", "offer-ended"] == 1


def killed_by(finding: str) -> str:
    """Return in a word who noticed: an invariant of the doctor, the model, the answer."""
    invariant = re.match(r"I\d+b?", finding)
    if invariant:
        return f"doctor {invariant[0]}"
    for words, who in (("client", "answer"), ("mail", "model: mail"), ("crash", "crash: not all or nothing")):
        if words in finding:
            return who
    return "model: seats"
