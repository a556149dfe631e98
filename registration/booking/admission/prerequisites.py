"""Events that can only be had with another one of their programme."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from registration.booking.queries.bookings import is_registered, title_of
from registration.core.refusal import Refusal


class NotWithoutTheOther(Refusal):
    """The event can only be had with another one of its programme, which is missing."""

    code = "not-without"


def may_come_alone(session: Session, lacks: Sequence[tuple[int, int]], email: str) -> bool:
    """Say whether *email* is registered for each other event that *lacks* (booking.rules) names."""
    return all(is_registered(session, email, other_id) for _event_id, other_id in lacks)


def not_without(session: Session, lacks: Sequence[tuple[int, int]]) -> NotWithoutTheOther:
    """Return the answer to a form that leaves the other event out.

    It is the same whether the address is registered for the other one or not, and says what is so in
    either case: who typed the address need not be who reads its mail.
    """
    event_id, other_id = lacks[0]
    return NotWithoutTheOther(
        _l(
            "“%(title)s” is only for people who also attend “%(other)s”. Choose both, for the "
            "same people. If you are already registered for “%(other)s”, you do not need to do "
            "anything else: our email says so.",
            title=title_of(session, event_id),
            other=title_of(session, other_id),
        ),
        field="events",
    )
