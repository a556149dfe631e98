"""Read what became of mails."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.mail.models import FAILED, PENDING, SENDING, Delivery, OutgoingMessage

UNDER_WAY = (PENDING, SENDING)


def deliveries(session: Session, message_ids: Sequence[int]) -> Mapping[int, list[Delivery]]:
    """Return each try and each report of these mails, in their order."""
    found: dict[int, list[Delivery]] = {one: [] for one in message_ids}
    query = select(Delivery).where(among(Delivery.message_id, message_ids)).order_by(Delivery.id)
    for row in session.scalars(query):
        found[row.message_id].append(row)
    return found


def mailed_since(
    session: Session, at: datetime | None, *conditions: ColumnElement[bool], times: int = 1
) -> bool:
    """Say whether a mail that meets *conditions* was decided after *at*, or at any time where that is None.

    *times*: whether so many were. Ask under the lock of what the mail is about: two who ask for a mail at
    once get one.
    """
    query = select(OutgoingMessage.id).where(*conditions)
    if at is not None:
        query = query.where(OutgoingMessage.created_at > at)
    return len(session.scalars(query.limit(times)).all()) == times


def is_under_way(session: Session, *conditions: ColumnElement[bool]) -> bool:
    """Say whether a mail that meets *conditions* is decided and not yet sent."""
    return mailed_since(session, None, OutgoingMessage.state.in_(UNDER_WAY), *conditions)


def count_failed(session: Session, event_id: int) -> int:
    query = select(func.count()).where(OutgoingMessage.event_id == event_id, OutgoingMessage.state == FAILED)
    return int(session.scalar(query) or 0)
