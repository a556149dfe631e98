"""The stage of a proof: an organiser of its own, with events of every kind of rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from registration.accounts.services import NewOrganiser, create_organiser
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.core import clock
from registration.core.transaction import write_tx
from registration.events.models import EventSession
from registration.events.services import CategoryFacts, Facts, Text, add_category, create_event
from registration.journal.services import SYSTEM
from registration.proof.plans import EVENT, PLANS, Plan
from registration.seats import gate as gates

# How long an offer may be answered; short, so that a walk meets its end.
OFFER_HOURS = 1
# When firms lose what they have not used of what is kept for them.
RELEASE_AFTER = timedelta(minutes=40)


@dataclass(frozen=True)
class Hall:
    """An event of the stage, by what is needed of it; pools, categories and sessions go by their names."""

    id: int
    slug: str
    plan: Plan
    wanted: Mapping[str, int]
    pools: Mapping[str, int]
    categories: Mapping[str, int]
    sessions: Mapping[str, int] = field(default_factory=dict)
    release_at: datetime | None = None


@dataclass(frozen=True)
class Stage:
    """Where a proof takes place; *kind* says which operations there are."""

    name: str
    halls: tuple[Hall, ...]
    kind: str


def raise_stage(name: str, seats: int, kind: str = "seats") -> Stage:
    """Make the organiser *name* and an event of about *seats* for each plan of *kind*. Raises SlugTaken."""
    uid_host = str(current_app.config["UID_HOST"])
    plans: Sequence[Plan] = PLANS[kind]
    # The rows keep whole seconds' parts; both must compare equal.
    release_at = clock.now().replace(microsecond=0) + RELEASE_AFTER

    def work(session: Session) -> Stage:
        new = NewOrganiser(name=name, email=f"{name}@example.org", slug=name)
        organiser_id = create_organiser(session, new).id
        halls = (_hall(session, organiser_id, name, plan, seats, uid_host, release_at) for plan in plans)
        return Stage(name, tuple(halls), kind)

    stage = write_tx(work)
    for hall in stage.halls:
        for firm, kept in hall.plan.allotted.items():
            set_firm(hall.id, FirmTerms(firm, allotted=kept, release_at=release_at), SYSTEM)
    return stage


def _hall(
    session: Session,
    organiser_id: int,
    name: str,
    plan: Plan,
    seats: int,
    uid_host: str,
    release_at: datetime,
) -> Hall:
    starts_at = clock.now().replace(microsecond=0) + timedelta(days=60)
    facts = Facts(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        time_zone="Europe/Brussels",
        has_waitlist=plan.has_waitlist,
    )
    words = [Text("en", f"Proof {name} {plan.name}")]
    event = create_event(session, organiser_id, facts, words, uid_host, slug=f"{name}-{plan.name}")
    gates.open_queue(
        session,
        event.id,
        seats,
        plan.policy,
        promotion=plan.promotion,
        offer_hours=OFFER_HOURS,
        needs_approval=plan.needs_approval,
        confirms_address=plan.confirms_address,
        firm_cap=plan.firm_cap,
        waitlist_limit=plan.waitlist_limit,
        limits_firms=plan.firm_cap is not None,
    )
    wanted = {EVENT: seats}
    categories: dict[str, int] = {}
    for rank, (label, (priority, share)) in enumerate(plan.categories.items()):
        category = add_category(session, event, CategoryFacts(label, priority=priority), rank)
        categories[label] = category.id
        if share is not None:
            wanted[label] = max(1, round(seats * share))
            gates.add_pool(session, event.id, "category", category.id, wanted[label])
    sessions: dict[str, int] = {}
    for label, (hour, share) in plan.sessions.items():
        begins = starts_at + timedelta(hours=hour)
        row = EventSession(
            event_id=event.id, name=label, hint="", starts_at=begins, ends_at=begins + timedelta(hours=1)
        )
        session.add(row)
        session.flush()
        sessions[label] = row.id
        if share is not None:
            wanted[label] = max(1, round(seats * share))
            gates.add_pool(session, event.id, "session", row.id, wanted[label])
    pools = _pools(session, event.id, categories, sessions)
    return Hall(event.id, event.slug, plan, wanted, pools, categories, sessions, release_at)


def _pools(
    session: Session, event_id: int, categories: Mapping[str, int], sessions: Mapping[str, int]
) -> dict[str, int]:
    names = {("event", 0): EVENT}
    names |= {("category", category_id): label for label, category_id in categories.items()}
    names |= {("session", session_id): label for label, session_id in sessions.items()}
    locked = gates.lock(session, [event_id])[event_id]
    return {names[pool.kind, pool.subject_id]: pool.id for pool in locked.pools.values()}
