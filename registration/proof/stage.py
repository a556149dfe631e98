"""The stage of a proof: an organiser of its own, with events of every kind of rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import current_app
from sqlalchemy.orm import Session

from registration.accounts.services import NewOrganiser, create_organiser
from registration.core import clock
from registration.core.transaction import write_tx
from registration.events.services import CategoryFacts, Facts, Text, add_category, create_event
from registration.seats import gate as gates
from registration.seats import rules

EVENT = "event"
# How long an offer may be answered; short, so that a walk meets its end.
OFFER_HOURS = 1


@dataclass(frozen=True)
class Plan:
    """An event as it is to be: *categories* are name: (priority, share of the seats or None)."""

    name: str
    policy: str = rules.FIRST_FIT
    has_waitlist: bool = True
    promotion: str = rules.DIRECT
    categories: Mapping[str, tuple[int, float | None]] = field(default_factory=dict)


PLANS: Sequence[Plan] = (
    Plan("fit", categories={"Member": (1, 0.5), "Press": (0, 0.25), "Guest": (0, None)}),
    Plan("strict", policy=rules.STRICT, categories={"Speaker": (2, None), "Guest": (0, 0.75)}),
    Plan("short", has_waitlist=False),
    Plan("offered", promotion=rules.OFFER, categories={"Member": (1, 0.5), "Guest": (0, None)}),
)


@dataclass(frozen=True)
class Hall:
    """An event of the stage, by what is needed of it; pools and categories go by their names."""

    id: int
    slug: str
    plan: Plan
    wanted: Mapping[str, int]
    pools: Mapping[str, int]
    categories: Mapping[str, int]


@dataclass(frozen=True)
class Stage:
    """Where a proof takes place."""

    name: str
    halls: tuple[Hall, ...]


def raise_stage(name: str, seats: int, plans: Sequence[Plan] = PLANS) -> Stage:
    """Make the organiser *name* and an event of about *seats* for each of *plans*. Raises SlugTaken."""
    uid_host = str(current_app.config["UID_HOST"])

    def work(session: Session) -> Stage:
        new = NewOrganiser(name=name, email=f"{name}@example.org", slug=name)
        organiser_id = create_organiser(session, new).id
        return Stage(name, tuple(_hall(session, organiser_id, name, plan, seats, uid_host) for plan in plans))

    return write_tx(work)


def _hall(session: Session, organiser_id: int, name: str, plan: Plan, seats: int, uid_host: str) -> Hall:
    starts_at = clock.now().replace(microsecond=0) + timedelta(days=60)
    facts = Facts(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        time_zone="Europe/Brussels",
        has_waitlist=plan.has_waitlist,
    )
    words = [Text("en", f"Proof {name} {plan.name}")]
    event = create_event(session, organiser_id, facts, words, uid_host, slug=f"{name}-{plan.name}")
    gates.open_queue(session, event.id, seats, plan.policy, promotion=plan.promotion, offer_hours=OFFER_HOURS)
    wanted = {EVENT: seats}
    categories: dict[str, int] = {}
    for rank, (label, (priority, share)) in enumerate(plan.categories.items()):
        category = add_category(session, event, CategoryFacts(label, priority=priority), rank)
        categories[label] = category.id
        if share is not None:
            wanted[label] = max(1, round(seats * share))
            gates.add_pool(session, event.id, "category", category.id, wanted[label])
    return Hall(event.id, event.slug, plan, wanted, _pools(session, event.id, categories), categories)


def _pools(session: Session, event_id: int, categories: Mapping[str, int]) -> dict[str, int]:
    names = {0: EVENT} | {category_id: label for label, category_id in categories.items()}
    locked = gates.lock(session, [event_id])[event_id]
    return {names[pool.subject_id]: pool.id for pool in locked.pools.values()}
