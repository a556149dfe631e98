"""How much somebody may do within a while: guesses, mails, forms, bytes; counted for all nodes together.

A key is kept as a hash that needs our secret: no address of a person or a machine stands here. It is counted
only where something is spent, in a short transaction of its own, so that no page that is only read waits.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import BigInteger, String, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registration.core import clock
from registration.core.among import among
from registration.core.database import Model, UtcDateTime, db, table
from registration.core.tokens import signing_keys
from registration.core.transaction import write_tx

HOUR = timedelta(hours=1)
# So many are forgotten in one transaction.
BATCH = 5000
# Where an application keeps which keys it found full, and how many of them at most.
_FULL = "registration_throttle_full"
_MOST_FULL = 10_000
# For so long it believes that: another node may have given something back meanwhile.
_BELIEVED = timedelta(seconds=5)


class Spending(Model):
    """What a key has spent in a window, which its first try opens and *ends_at* closes."""

    __tablename__ = "spending"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    spent: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Limit:
    """What *key* may spend within *window*, and how much this time."""

    key: str
    most: int
    window: timedelta = HOUR
    amount: int = 1

    @property
    def hashed(self) -> str:
        """What the database knows the key by; addresses are few enough to be guessed from a plain hash."""
        told = f"throttle:{self.window.total_seconds():.0f}:{self.key}".encode("utf-8", "surrogatepass")
        return hmac.new(signing_keys()[0].encode(), told, hashlib.sha256).hexdigest()


class _Full(Exception):
    """A limit is reached; what the others counted is rolled back."""

    def __init__(self, key: str, until: datetime) -> None:
        super().__init__()
        self.key, self.until = key, until


def take(*limits: Limit) -> datetime | None:
    """Count for every one of *limits*, or for none and return when the one that is full begins anew.

    Counted before a try is judged: guesses sent at the same moment count too. Raises Unavailable.
    """
    at = clock.now()
    # All nodes in one order, so that no two wait for each other.
    ordered = sorted(limits, key=lambda limit: limit.hashed)
    known = _known_full(ordered, at)
    if known is not None:
        return known
    try:
        write_tx(
            lambda session: _count(session, ordered, at), durable=False, is_act=False, is_repeatable=True
        )
    except _Full as full:
        _remember_full(full, at)
        return full.until
    return None


def give_back(*limits: Limit) -> None:
    """Uncount what *limits* counted: it was the right person."""
    at, keys = clock.now(), table(Spending).c
    full = current_app.extensions.get(_FULL, {})

    def work(session: Session) -> None:
        for limit in sorted(limits, key=lambda one: one.hashed):
            is_counted = (keys.key == limit.hashed) & (keys.ends_at > at) & (keys.spent >= limit.amount)
            session.execute(update(table(Spending)).where(is_counted).values(spent=keys.spent - limit.amount))

    _write(work)
    for limit in limits:
        full.pop(limit.hashed, None)


def forget_ended() -> int:
    """Forget the windows that are over; return how many that was."""
    at = clock.now()
    oldest = db.session.scalar(select(func.min(Spending.ends_at)))
    if oldest is None or oldest > at:
        return 0
    return write_tx(lambda session: _forget(session, at))


def _write(work: Callable[[Session], None]) -> None:
    # A count that a broken machine forgets harms nobody; one that is counted twice hardly anybody.
    write_tx(work, durable=False, is_act=False, is_repeatable=True)


def _forget(session: Session, at: datetime) -> int:
    keys = list(session.scalars(select(Spending.key).where(Spending.ends_at <= at).limit(BATCH)))
    # Asked once more: a window may have begun anew since it was read.
    session.execute(delete(Spending).where(among(Spending.key, keys), Spending.ends_at <= at))
    return len(keys)


def _count(session: Session, limits: Sequence[Limit], at: datetime) -> None:
    """Count each of *limits* in one statement, so that of two at the same moment neither is lost."""
    kept = table(Spending)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    is_over = kept.c.ends_at <= at
    for limit in limits:
        if limit.amount > limit.most:
            raise _Full(limit.hashed, at + limit.window)
        row = insert(kept).values(key=limit.hashed, ends_at=at + limit.window, spent=limit.amount)
        counted = row.on_conflict_do_update(
            index_elements=[kept.c.key],
            set_={
                "ends_at": case((is_over, row.excluded.ends_at), else_=kept.c.ends_at),
                "spent": case((is_over, row.excluded.spent), else_=kept.c.spent + row.excluded.spent),
            },
            where=or_(is_over, kept.c.spent + row.excluded.spent <= limit.most),
        ).returning(kept.c.key)
        if session.execute(counted).first() is None:
            until = session.scalar(select(Spending.ends_at).where(Spending.key == limit.hashed))
            raise _Full(limit.hashed, until or at + limit.window)


def _known_full(limits: Sequence[Limit], at: datetime) -> datetime | None:
    """Return until when one of *limits* is full, where this process has just seen that: no write then."""
    full: dict[str, tuple[datetime, datetime]] = current_app.extensions.get(_FULL, {})
    for limit in limits:
        seen_at, until = full.get(limit.hashed, (at, at))
        # Smaller amounts may still fit, so only single tries are judged by it.
        if limit.amount == 1 and seen_at <= at < min(until, seen_at + _BELIEVED):
            return until
    return None


def _remember_full(full: _Full, at: datetime) -> None:
    known: dict[str, tuple[datetime, datetime]] = current_app.extensions.setdefault(_FULL, {})
    known[full.key] = at, full.until
    while len(known) > _MOST_FULL:
        known.pop(next(iter(known)), None)
