"""What people need of an event's pools: a seat, one of their category, of their sessions, of their firm."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, AttendeeSession, Booking
from registration.core.among import among
from registration.core.firm_names import firm_name_key
from registration.core.refusal import Refusal
from registration.core.text import normal_email
from registration.events.models import Category
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.gate import Gate
from registration.seats.models import Registration
from registration.seats.rules import PoolKind

# Mail providers for everybody: whoever writes from there belongs to no firm that could be counted.
PUBLIC_DOMAINS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com",
        "me.com", "aol.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "proton.me", "protonmail.com",
        "orange.fr", "free.fr", "laposte.net", "skynet.be", "telenet.be", "proximus.be", "qq.com", "163.com",
        "126.com",
    }
)  # fmt: skip


class FirmMissing(Refusal):
    """The event counts people by firm, and somebody named none."""

    code = "firm-missing"


@dataclass(frozen=True)
class Member:
    """One person, as far as pools are concerned."""

    category_id: int | None
    sessions: tuple[int, ...]
    firm: str
    email: str


def firm_key(by: str, firm: str, email: str) -> str:
    """Return how a person's firm is matched, or nothing where she belongs to none."""
    if by == rules.BY_NAME:
        return firm_name_key(firm)
    try:
        domain = normal_email(email).rpartition("@")[2]
    except ValueError:
        return ""
    return "" if domain in PUBLIC_DOMAINS else domain


def needs_of(session: Session, gate: Gate, members: Sequence[Member]) -> dict[int, int]:
    """Return what *members* need of which pool, with the pools of their firms brought under the gate.

    Raises FirmMissing where a cap for every firm cannot tell somebody's.
    """
    counts: Counter[tuple[str, int]] = Counter()
    for member in members:
        if member.category_id is not None:
            counts["category", member.category_id] += 1
        counts.update(("session", session_id) for session_id in member.sessions)
    firms = _firms(session, gate, members) if gate.limits_firms else {}
    return _needs(gate, len(members), counts, firms)


def _needs(
    gate: Gate, size: int, counts: Mapping[tuple[str, int], int], firms: Mapping[str, int]
) -> dict[int, int]:
    """Return what a party of *size* needs of which pool.

    *counts* are people by (kind, subject): categories and sessions; *firms* by the firm's key.
    """
    needs = {gate.event_pool.id: size}
    for pool in gate.pools.values():
        is_firm = pool.kind == PoolKind.FIRM
        count = firms.get(pool.key, 0) if is_firm else counts.get((pool.kind, pool.subject_id), 0)
        if count:
            needs[pool.id] = count
    return needs


def priority_of(session: Session, category_ids: Iterable[int | None]) -> int:
    """Return how a party of these categories ranks in the line: as the lowest of them."""
    chosen = set(category_ids) - {None}
    return min(session.scalars(select(Category.priority).where(among(Category.id, chosen))), default=0)


def _firms(session: Session, gate: Gate, members: Iterable[Member]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for member in members:
        key = firm_key(gate.firm_cap_by, member.firm, member.email)
        if key:
            counts[key] += 1
            labels.setdefault(key, member.firm.strip()[:254] if gate.firm_cap_by == rules.BY_NAME else key)
        elif gate.firm_cap is not None and gate.firm_cap_by == rules.BY_NAME:
            raise FirmMissing(
                _l("Enter the organisation. This event limits the number of people per organisation."),
                field="firm",
            )
    gates.load_firms(session, gate, labels)
    return counts


def members_of(session: Session, registration_id: int) -> dict[int, Member]:
    """Return who still comes with a registration, by the attendee's id, in their order."""
    return members_of_many(session, Registration.id == registration_id).get(registration_id, {})


def members_of_many(session: Session, condition: ColumnElement[bool]) -> dict[int, dict[int, Member]]:
    """Return who still comes with the registrations of *condition*, by registration and attendee."""
    chosen = select(Registration.id).where(condition)
    rows = session.execute(
        select(
            Attendee.registration_id,
            Attendee.id,
            Attendee.category_id,
            Attendee.firm,
            Attendee.email,
            Booking.email.label("contact"),
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Attendee.registration_id.in_(chosen), Attendee.removed_at.is_(None))
        .order_by(Attendee.registration_id, Attendee.rank)
    ).all()
    sessions: dict[int, list[int]] = {row.id: [] for row in rows}
    picked = (
        select(AttendeeSession.attendee_id, AttendeeSession.session_id)
        .join(Attendee, Attendee.id == AttendeeSession.attendee_id)
        .where(Attendee.registration_id.in_(chosen), Attendee.removed_at.is_(None))
    )
    for attendee_id, session_id in session.execute(picked):
        sessions[attendee_id].append(session_id)
    found: dict[int, dict[int, Member]] = {}
    for row in rows:
        member = Member(row.category_id, tuple(sessions[row.id]), row.firm, row.email or row.contact)
        found.setdefault(row.registration_id, {})[row.id] = member
    return found
