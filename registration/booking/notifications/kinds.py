"""The kinds of mail about registrations: what each claims, and what it shows beside its words."""

from collections.abc import Mapping
from dataclasses import dataclass

from registration.seats import rules

CONFIRMED = "confirmed"
WAITLISTED = "waitlisted"
PROMOTED = "promoted"
OFFERED = "offered"
OFFER_REMINDER = "offer_reminder"
EXPIRED = "expired"
DECLINED = "declined"
PENDING = "pending"
REJECTED = "rejected"
VERIFY = "verify"
CANCELLED = "cancelled"
REMOVED = "removed"
EVENT_CANCELLED = "event_cancelled"
SHRUNK = "shrunk"
CHANGED = "changed"
MOVED = "moved"
SESSION_MOVED = "session_moved"
# A limit was lowered under a party that waits: it can get no seats as it is.
TOO_LARGE = "too_large"
LINK = "link"
CORRECTED = "corrected"
# To an attendee with an address of her own: the seat is hers no longer.
SEAT_ENDED = "seat_ended"
REMINDER = "reminder"
RECONFIRM = "reconfirm"
MATERIALS = "materials"
DECLINE_ASKED = "decline_asked"
COUNTER_ANSWERED = "counter_answered"
ANSWERED_ELSEWHERE = "answered_elsewhere"
# What came of one form for several events; its own composer writes it.
PROGRAMME = "programme"
# What an organiser writes herself, and what she sends to herself to see how it looks.
MESSAGE = "message"
SAMPLE = "sample"

# The purposes of the addresses that calendars answer to: of an event and an address; and, in invitations
# of earlier releases, which stay in calendars for years, of a registration.
ANSWERS = "answer"
REPLIES = "reply"

# What the button of a mail leads to: the booking's own page, the event's page, or nowhere.
BOOKING, EVENT, NOWHERE = "booking", "event", ""


@dataclass(frozen=True)
class Shape:
    """What a kind of mail claims and shows.

    *claims* is the state in which its news is true: in another it is not sent. None: any that has not
    ended. *is_listed* mails are not about the registration itself and can be unsubscribed from.
    """

    claims: str | None = None
    link: str = BOOKING
    shows_people: bool = True
    has_calendar: bool = True
    tells_feed: bool = True
    is_listed: bool = False


_PLAIN = Shape(has_calendar=False, tells_feed=False)

SHAPES: Mapping[str, Shape] = {
    CONFIRMED: Shape(rules.CONFIRMED),
    PROMOTED: Shape(rules.CONFIRMED),
    WAITLISTED: Shape(rules.WAITLISTED),
    TOO_LARGE: Shape(rules.WAITLISTED, has_calendar=False, tells_feed=False),
    OFFERED: Shape(rules.OFFERED, tells_feed=False),
    OFFER_REMINDER: Shape(rules.OFFERED, has_calendar=False, tells_feed=False),
    EXPIRED: Shape(rules.EXPIRED, EVENT, shows_people=False, tells_feed=False),
    DECLINED: Shape(rules.DECLINED, EVENT, shows_people=False, tells_feed=False),
    PENDING: Shape(rules.PENDING),
    REJECTED: Shape(rules.REJECTED, NOWHERE, shows_people=False, tells_feed=False),
    # Perhaps somebody else typed that address: the first mail to it shows no text of hers but the name.
    VERIFY: Shape(rules.UNVERIFIED, shows_people=False, has_calendar=False, tells_feed=False),
    CANCELLED: Shape(rules.CANCELLED, EVENT, shows_people=False, tells_feed=False),
    REMOVED: Shape(rules.CANCELLED, EVENT, shows_people=False, tells_feed=False),
    EVENT_CANCELLED: Shape(link=NOWHERE, shows_people=False, tells_feed=False),
    SHRUNK: Shape(),
    SEAT_ENDED: Shape(link=NOWHERE, shows_people=False, tells_feed=False),
    CHANGED: Shape(),
    MOVED: Shape(),
    SESSION_MOVED: Shape(),
    LINK: _PLAIN,
    CORRECTED: _PLAIN,
    REMINDER: Shape(rules.CONFIRMED, has_calendar=False, tells_feed=False, is_listed=True),
    RECONFIRM: Shape(rules.CONFIRMED, has_calendar=False, tells_feed=False),
    MATERIALS: Shape(
        rules.CONFIRMED, shows_people=False, has_calendar=False, tells_feed=False, is_listed=True
    ),
    DECLINE_ASKED: _PLAIN,
    COUNTER_ANSWERED: _PLAIN,
    ANSWERED_ELSEWHERE: _PLAIN,
}

# Written by the organiser's own hand, so there are no words of ours for it.
MESSAGE_SHAPE = Shape(shows_people=False, has_calendar=False, tells_feed=False, is_listed=True)
