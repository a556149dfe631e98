"""Ask before an act of an organiser writes to many: the act is not done, and says whom it would tell what."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.events.models import Event
from registration.events.queries import location, words
from registration.mail.outbox import Outgoing, enqueue, gathered
from registration.seats import rules
from registration.seats.models import Registration

# What an organiser says of an act that tells people: to tell them, not to, or nothing yet.
Tell = bool | None


class ToBeTold(Exception):
    """An act would tell people, and nobody has said whether it may: its transaction ends undone.

    *mails* are those it would send, *shown* what they would read of the event, *titles* its title by
    language, *deadlines* until when seats would be offered, by registration; *may_be_silent* says that the
    act can also be done without telling anybody, *has_more* that others follow, *at* that they are told then.
    """

    def __init__(
        self,
        event: Event,
        mails: Sequence[Outgoing],
        *,
        may_be_silent: bool = True,
        has_more: bool = False,
        at: datetime | None = None,
        deadlines: Mapping[int, datetime] | None = None,
    ) -> None:
        super().__init__(f"{len(mails)} mails about event {event.id}")
        self.event_id, self.mails, self.may_be_silent = event.id, mails, may_be_silent
        self.has_more, self.at, self.deadlines = has_more, at, deadlines or {}
        self.titles = {code: words(event, code).title for code in {one.locale for one in mails}}
        self.shown: Mapping[str, Any] = {
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "time_zone": event.time_zone,
            "all_day": event.all_day,
            "location": location(event),
            "event_status": event.status,
        }


@dataclass
class Asking:
    """What is found out while an act is done that would tell people."""

    has_more: bool = False


@contextmanager
def asking(session: Session, event_id: int, tell: Tell) -> Iterator[Asking]:
    """Let the act within tell people where that was said; else ask first, and undo it.

    For acts that cannot be silent: who gets a seat, or can never get one any more, is told. Raises ToBeTold
    where somebody would be told and nobody said so.
    """
    found = Asking()
    if tell:
        yield found
        return
    with gathered(session) as mails:
        yield found
    if not mails:
        return
    session.flush()
    event = session.get_one(Event, event_id, populate_existing=True)
    offered = [one.registration_id for one in mails if one.facts.get("state") == rules.OFFERED]
    deadlines = select(Registration.id, Registration.offer_expires_at).where(
        among(Registration.id, offered), Registration.offer_expires_at.is_not(None)
    )
    raise ToBeTold(
        event,
        mails,
        may_be_silent=False,
        has_more=found.has_more,
        deadlines={row.id: row.offer_expires_at for row in session.execute(deadlines)},
    )


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
