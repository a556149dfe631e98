"""What one form asks: of one event, or of the events of a programme, the same thing only once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from registration.booking.form.spec import CategoryChoice, FormSpec, QuestionField, SessionChoice
from registration.core import clock
from registration.core.text import fold
from registration.events.asking import ATTENDEE, BOOKING, FILE
from registration.events.rules import Phase, is_open_between


@dataclass(frozen=True)
class CategoryGroup:
    """A choice of category, shared by the events whose categories have the same names.

    *choices* are, by the value of the control, each event's category; *name* is the control's.
    """

    name: str
    event_ids: tuple[int, ...]
    choices: tuple[tuple[str, tuple[tuple[int, CategoryChoice], ...]], ...]

    def open_now(self) -> list[tuple[str, CategoryChoice]]:
        """Return the value and the first category of each choice that some event takes now."""
        at = clock.now()
        return [
            (value, ours[0][1])
            for value, ours in self.choices
            if any(is_open_between(one.opens_at, one.closes_at, at) for _event, one in ours)
        ]


@dataclass(frozen=True)
class FormQuestion:
    """A question as the form asks it: once for all events that ask the same.

    *only_for* names the control of the category and the values whose people are asked; *when* names
    the question, by its control, and the answer that brings this one up.
    """

    name: str
    question: QuestionField
    ids: tuple[tuple[int, int], ...]
    only_for: tuple[str, tuple[str, ...]] | None = None
    when: tuple[str, str] | None = None

    @cached_property
    def event_ids(self) -> list[int]:
        return [event_id for event_id, _question_id in self.ids]

    @property
    def is_conditional(self) -> bool:
        return self.only_for is not None or self.when is not None


@dataclass(frozen=True)
class FormDefinition:
    """Everything a form asks. *requires* says which event another one can only be had with."""

    specs: tuple[FormSpec, ...]
    slug: str = ""
    title: str = ""
    title_locale: str = ""
    summary: str = ""
    requires: tuple[tuple[int, int], ...] = ()
    categories: tuple[CategoryGroup, ...] = field(init=False, compare=False)
    questions: tuple[FormQuestion, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "categories", _category_groups(self.specs))
        object.__setattr__(self, "questions", _asked(self.specs, self.categories))

    def __hash__(self) -> int:
        return hash((self.slug, self.specs))

    @cached_property
    def is_programme(self) -> bool:
        return bool(self.slug)

    @cached_property
    def purpose(self) -> str:
        """What the form's key is good for."""
        return f"programme:{self.slug}" if self.is_programme else f"register:{self.specs[0].event_id}"

    @cached_property
    def by_slug(self) -> Mapping[str, FormSpec]:
        return {spec.slug: spec for spec in self.specs}

    @property
    def open_specs(self) -> list[FormSpec]:
        return [spec for spec in self.specs if spec.phase is Phase.OPEN and not spec.by_invitation]

    @cached_property
    def asks_code(self) -> bool:
        return any(spec.asks_code for spec in self.specs)

    @cached_property
    def needs_code(self) -> bool:
        """Say whether nobody comes in without a code."""
        return all(spec.access_code for spec in self.specs)

    @property
    def open_sessions(self) -> list[tuple[str, SessionChoice]]:
        """The value and the session of each that may be picked now."""
        return [(value, one) for value, (spec, one) in self.sessions.items() if spec.phase is Phase.OPEN]

    @cached_property
    def sessions(self) -> Mapping[str, tuple[FormSpec, SessionChoice]]:
        """The sessions of all events, by the value of their control."""
        return {str(one.id): (spec, one) for spec in self.specs for one in spec.sessions}

    @cached_property
    def of_attendees(self) -> list[FormQuestion]:
        return [one for one in self.questions if one.question.scope == ATTENDEE]

    @cached_property
    def of_contact(self) -> list[FormQuestion]:
        return [one for one in self.questions if one.question.scope == BOOKING]

    @cached_property
    def last_sensitive(self) -> FormQuestion | None:
        """The last question on the page whose answer needs an agreement: the attendees' come last."""
        asked = [one for one in (*self.of_contact, *self.of_attendees) if one.question.is_sensitive]
        return asked[-1] if asked else None

    @cached_property
    def asks_files(self) -> bool:
        return any(one.question.kind == FILE for one in self.questions)

    @cached_property
    def has_sensitive(self) -> bool:
        return any(one.question.is_sensitive for one in self.questions)


@lru_cache(maxsize=256)
def definition_of(spec: FormSpec) -> FormDefinition:
    """Return the form of one event; the same one while nothing of it was edited."""
    return FormDefinition((spec,))


def _category_groups(specs: Iterable[FormSpec]) -> tuple[CategoryGroup, ...]:
    by_names: dict[tuple[str, ...], list[FormSpec]] = {}
    for spec in specs:
        if spec.categories:
            names = tuple(sorted(fold(one.name) for one in spec.categories))
            by_names.setdefault(names, []).append(spec)
    return tuple(
        CategoryGroup(
            # The contract's name for the first; it is the only one wherever the events agree.
            name="category" if number == 0 else f"category-{group[0].slug}",
            event_ids=tuple(spec.event_id for spec in group),
            choices=tuple((str(one.id), _named_like(one, group)) for one in group[0].categories),
        )
        for number, group in enumerate(by_names.values())
    )


def _named_like(
    category: CategoryChoice, group: Iterable[FormSpec]
) -> tuple[tuple[int, CategoryChoice], ...]:
    wanted = fold(category.name)
    return tuple(
        (spec.event_id, next(one for one in spec.categories if fold(one.name) == wanted)) for spec in group
    )


def _asked(specs: Iterable[FormSpec], groups: tuple[CategoryGroup, ...]) -> tuple[FormQuestion, ...]:
    found: dict[tuple[object, ...], FormQuestion] = {}
    names: dict[int, str] = {}
    for spec in specs:
        for question in spec.questions:
            only_for = _only_for(question, spec, groups)
            when = None
            if question.when_question_id in names:
                when = (names[question.when_question_id], question.when_answer)
            choices = (question.choice_ids, question.choices)
            key = (question.kind, fold(question.label), choices, question.scope, only_for, when)
            known = found.get(key)
            if known is None:
                known = FormQuestion(f"question-{question.id}", question, (), only_for, when)
            names[question.id] = known.name
            ids = (*known.ids, (spec.event_id, question.id))
            found[key] = FormQuestion(known.name, known.question, ids, only_for, when)
    return tuple(found.values())


def _only_for(
    question: QuestionField, spec: FormSpec, groups: tuple[CategoryGroup, ...]
) -> tuple[str, tuple[str, ...]] | None:
    if not question.category_ids:
        return None
    group = next((one for one in groups if spec.event_id in one.event_ids), None)
    if group is None:
        return None
    values = tuple(
        value
        for value, ours in group.choices
        if any(one.id in question.category_ids for _event_id, one in ours)
    )
    return group.name, values
