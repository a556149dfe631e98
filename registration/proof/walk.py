"""Walk at random through the operations, with a crash now and then, and compare after every step."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from registration.core.database import db
from registration.doctor.examine import examine
from registration.proof.client import Chance, Client, Step
from registration.proof.crash import Crash, crashing
from registration.proof.kinds import BY_NAME, OPERATIONS
from registration.proof.model import Model
from registration.proof.operations import Hands, Operation, choose, perform
from registration.proof.picture import Picture, differences, of_model, of_tables

# One step in so many crashes, somewhere within so many points.
ONE_IN = 3
POINTS = 24


@dataclass
class Story:
    """What was done, and what was found."""

    trace: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    crashed: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return sum(self.done.values())

    def digest(self) -> str:
        """Return what is the same for two walks that did and saw the same."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


@dataclass
class Walk:
    """The real services and the model, side by side."""

    hands: Hands
    client: Client
    model: Model
    story: Story = field(default_factory=Story)

    def go(self, chance: Chance, steps: int) -> Story:
        """Take *steps*, or fewer when something is found."""
        operations = OPERATIONS[self.hands.stage.kind]
        for _one in range(steps):
            step = choose(chance, self.client, operations)
            crash_at = 1 + chance.below(POINTS) if chance.below(ONE_IN) == 0 else 0
            self.take(step, crash_at)
            if self.story.findings:
                break
        return self.story

    def take(self, step: Step, crash_at: int = 0) -> None:
        """Do one step on both sides and compare; after a crash, the client does the same again."""
        before = of_model(self.model) if crash_at else None
        operation = BY_NAME[step.name]
        expected = operation.expect(self.model, step.values)
        where = self._crashed(operation, step, crash_at) if before is not None else ""
        if where and operation.is_one_step:
            assert before is not None
            self._check_all_or_nothing(step, before)
        # With a crash that came too late it was done before: then once more must change nothing.
        is_done = crash_at > 0 and not operation.is_repeatable and self._is_as_it_should_be()
        answer = expected if is_done else perform(operation, self.hands, step.values)
        self.story.done[step.name] += 1
        self.story.answers[step.name, answer] += 1
        self.story.trace.append(f"{step} -> {answer}{f' (crashed {where})' if where else ''}")
        if answer != expected:
            self.story.findings.append(f"the client was answered {answer} instead of {expected}")
        self.story.findings += differences(of_model(self.model), self._picture())
        self._ask_doctor(step)

    def _is_as_it_should_be(self) -> bool:
        return not differences(of_model(self.model), self._picture())

    def _picture(self) -> Picture:
        return of_tables(self.hands.stage, [form.key for form in self.client.forms])

    def _crashed(self, operation: Operation, step: Step, crash_at: int) -> str:
        with crashing(db.engine, crash_at) as points:
            try:
                perform(operation, self.hands, step.values)
            except Crash:
                self.story.crashed[points.last] += 1
            finally:
                # What a new process begins with.
                db.session.remove()
        return points.last

    def _check_all_or_nothing(self, step: Step, before: Picture) -> None:
        found = self._picture()
        if differences(before, found) and differences(of_model(self.model), found):
            self.story.findings.append("after the crash it was neither as before nor as it should be")
        self._ask_doctor(step)

    def _ask_doctor(self, step: Step) -> None:
        """Note what the doctor finds in the halls that *step* could touch."""
        for number in step.halls(len(self.hands.stage.halls)):
            for finding in examine(db.engine, self.hands.stage.halls[number].slug):
                self.story.findings += [f"{finding.code}: {told}" for told in finding.sentences]
