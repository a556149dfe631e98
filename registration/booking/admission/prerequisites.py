"""Events that can only be had with another one of their programme."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from registration.booking.queries.bookings import is_registered, title_of
from registration.booking.rules import Wish, lacking
from registration.core.refusal import Refusal


class NotWithoutTheOther(Refusal):
    """The event can only be had with another one of its programme, which is missing."""

    code = "not-without"


def check_linked(session: Session, wishes: Iterable[Wish], needs: Mapping[int, int], email: str) -> None:
    """Raise NotWithoutTheOther where somebody would come to an event without the one it *needs*.

    Who is registered for the other one already, with the same address, may come alone.
    """
    for event_id, other_id in lacking(wishes, needs):
        if not is_registered(session, email, other_id):
            raise NotWithoutTheOther(
                _l(
                    "“%(title)s” can only be had together with “%(other)s”. "
                    "Choose both, for the same people.",
                    title=title_of(session, event_id),
                    other=title_of(session, other_id),
                ),
                field="events",
            )
