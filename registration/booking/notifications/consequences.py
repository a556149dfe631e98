"""Ask before an act of an organiser writes to many: the act is not done, and says whom it would tell what."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registration.events.models import Event
from registration.events.queries import location, words
from registration.mail.outbox import Outgoing, enqueue

# What an organiser says of an act that tells people: to tell them, not to, or nothing yet.
Tell = bool | None


class ToBeTold(Exception):
    """An act would tell people, and nobody has said whether it may: its transaction ends undone.

    *mails* are those it would send, *shown* what they would read of the event, *titles* its title by
    language; *may_be_silent* says that the act can also be done without telling anybody.
    """

    def __init__(self, event: Event, mails: Sequence[Outgoing], *, may_be_silent: bool = True) -> None:
        super().__init__(f"{len(mails)} mails about event {event.id}")
        self.event_id, self.mails, self.may_be_silent = event.id, mails, may_be_silent
        self.titles = {code: words(event, code).title for code in {one.locale for one in mails}}
        self.shown: Mapping[str, Any] = {
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "time_zone": event.time_zone,
            "all_day": event.all_day,
            "location": location(event),
            "event_status": event.status,
        }


def tell_or_ask(
    session: Session, event: Event, mails: Sequence[Outgoing], tell: Tell, *, may_be_silent: bool = True
) -> int:
    """Decide *mails* where that was said, none where it was refused; return how many.

    Raises ToBeTold where there are some and nothing was said.
    """
    if tell is None and mails:
        session.flush()
        session.refresh(event)
        raise ToBeTold(event, mails, may_be_silent=may_be_silent)
    if not tell:
        return 0
    enqueue(session, *mails)
    return len(mails)
