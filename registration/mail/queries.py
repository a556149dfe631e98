"""Read what became of mails."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registration.mail.models import FAILED, PENDING, SENDING, Delivery, OutgoingMessage

UNDER_WAY = (PENDING, SENDING)


def deliveries(session: Session, message_ids: Sequence[int]) -> Mapping[int, list[Delivery]]:
    """Return each try and each report of these mails, in their order."""
    found: dict[int, list[Delivery]] = {one: [] for one in message_ids}
    query = select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id)
    for row in session.scalars(query):
        found[row.message_id].append(row)
    return found


def is_under_way(session: Session, *conditions: ColumnElement[bool]) -> bool:
    """Say whether a mail that meets *conditions* is decided and not yet sent."""
    query = select(OutgoingMessage.id).where(OutgoingMessage.state.in_(UNDER_WAY), *conditions)
    return session.scalar(query.limit(1)) is not None


def count_failed(session: Session, event_id: int) -> int:
    query = select(func.count()).where(OutgoingMessage.event_id == event_id, OutgoingMessage.state == FAILED)
    return int(session.scalar(query) or 0)
