"""What events a stage has, by the kind of rules that a walk is about; and how people are written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registration.seats import rules

EVENT = "event"
# Two sessions of the same hour cannot both be picked.
_SESSIONS: Mapping[str, tuple[int, float | None]] = {"A": (0, 0.5), "B": (0, None), "C": (1, 0.25)}


@dataclass(frozen=True)
class Plan:
    """An event as it is to be.

    *categories* are name: (priority, share of the seats or None), *sessions* name: (hour, share or None),
    *allotted* firm: seats kept for it. *people* are those who may come, as `parts` reads them; without any,
    everybody has a category and nothing else.
    """

    name: str
    policy: str = rules.FIRST_FIT
    has_waitlist: bool = True
    promotion: str = rules.DIRECT
    categories: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)
    sessions: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)
    needs_approval: bool = False
    confirms_address: bool = False
    firm_cap: int | None = None
    waitlist_limit: int | None = None
    is_frozen: bool = False
    allotted: Mapping[str, int] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    def who(self) -> tuple[str, ...]:
        """Return who may come."""
        return self.people or tuple(self.categories) or ("",)


def parts(person: str) -> tuple[str, tuple[str, ...], str]:
    """Return the category, the sessions and the firm of a person written `Guest/A+C@firm`."""
    choice, _at, firm = person.partition("@")
    category, _slash, picked = choice.partition("/")
    return category, tuple(one for one in picked.split("+") if one), firm


_SEATS = (
    Plan("fit", categories={"Member": (1, 0.5), "Press": (0, 0.25), "Guest": (0, None)}),
    Plan("strict", policy=rules.STRICT, categories={"Speaker": (2, None), "Guest": (0, 0.75)}),
    Plan("short", has_waitlist=False),
    Plan("offered", promotion=rules.OFFER, categories={"Member": (1, 0.5), "Guest": (0, None)}),
)
_ASKED = (
    Plan("approved", needs_approval=True, categories={"Member": (1, 0.5), "Guest": (0, None)}),
    Plan("verified", confirms_address=True),
    Plan("both", needs_approval=True, confirms_address=True),
    Plan("by-hand", promotion=rules.MANUAL, categories={"Member": (1, None), "Guest": (0, 0.75)}),
)
# What is agreed with firms, and how seats go to whom, changes on the way.
_TERMS = (
    Plan("calm", categories={"Member": (1, 0.5), "Guest": (0, None)}),
    Plan("even", policy=rules.STRICT),
    Plan("deal", firm_cap=2, people=("@nord", "@nord", "@sud", "@ost")),
    Plan("held", allotted={"nord": 2}, people=("@nord", "@sud", "@ost", "")),
)
_CHOICES = (
    Plan(
        "rooms",
        categories={"Member": (1, 0.5), "Guest": (0, None)},
        sessions=_SESSIONS,
        people=("Member/A", "Member/B+C", "Guest", "Guest/A", "Guest/A+C", "Guest/B", "Guest/A+B"),
    ),
    Plan("firms", firm_cap=2, people=("@nord", "@nord", "@sud", "@ost", "")),
    Plan("kept", allotted={"nord": 2}, people=("@nord", "@sud", "")),
    Plan("strict-rooms", policy=rules.STRICT, sessions=_SESSIONS, people=("/A", "/C", "/B+C", "")),
)
PLANS: Mapping[str, Sequence[Plan]] = {
    "seats": _SEATS,
    "asked": _ASKED,
    "choices": _CHOICES,
    "terms": _TERMS,
    "all": _SEATS + _ASKED + _CHOICES + _TERMS,
}
# What a walk in one process is about; a crowd meets all of it at once.
WALKED = ("seats", "asked", "choices", "terms")
# Where the rules of an event change, every operation may meet every event.
CHANGING = frozenset({"terms", "all"})
