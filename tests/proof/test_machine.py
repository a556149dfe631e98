"""Hypothesis looks for a story in which the services and the model disagree, and shortens what it finds.

The rules of the machine are the list of operations: a new operation is tried without a line here.
"""

import itertools
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from registration.core.database import db
from registration.proof.client import Step
from registration.proof.kinds import OPERATIONS
from registration.proof.operations import Operation
from registration.proof.plans import WALKED
from registration.proof.simulate import begun, finish, injected
from registration.proof.stage import raise_stage
from registration.proof.walk import POINTS

# `make prove` asks for more.
EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "8"))
STEPS = int(os.environ.get("PROVE_STEPS", "15"))
_numbers = itertools.count(1)


class Drawn:
    """Choices that Hypothesis makes, so that it can make them smaller."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def below(self, number: int) -> int:
        return self._data.draw(st.integers(0, number - 1))


class StageMachine(RuleBasedStateMachine):
    """The services on a stage of their own, with the model beside them."""

    kind: str

    def __init__(self) -> None:
        super().__init__()
        number = next(_numbers)
        self._injected = injected(number)
        self.time, self.mailbox = self._injected.__enter__()
        self.walk = begun(raise_stage(f"machine-{number}", 3, self.kind), self.time, self.mailbox)

    def act(self, operation: Operation, data: st.DataObject) -> None:
        values = operation.choose(Drawn(data), self.walk.client)
        if values is None:
            return
        # Zero is no crash, and what a failing story is shortened to.
        crash_at = data.draw(st.integers(0, POINTS)) if data.draw(st.booleans()) else 0
        self.walk.take(Step(operation.name, values), crash_at)
        assert self.walk.story.findings == [], "\n".join(self.walk.story.trace)

    def teardown(self) -> None:
        try:
            finish(self.walk, self.time, self.mailbox)
            assert self.walk.story.findings == []
        finally:
            self._injected.__exit__(None, None, None)
            db.session.remove()


def _rule(operation: Operation) -> Callable[..., Any]:
    def take(machine: StageMachine, data: st.DataObject) -> None:
        machine.act(operation, data)

    return rule(data=st.data())(take)


def machine(kind: str) -> type[StageMachine]:
    """Return the machine whose rules are the operations of *kind*."""
    rules = {one.name.replace(" ", "_"): _rule(one) for one in OPERATIONS[kind]}
    return type("Machine", (StageMachine,), {"kind": kind, **rules})


@pytest.mark.parametrize("kind", WALKED)
def test_the_services_do_what_the_model_says(app, kind):
    run_state_machine_as_test(
        machine(kind),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
