"""Who waits, in order, and why each has no seat yet."""

from flask.typing import ResponseReturnValue

from registration.accounts.access import READ
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.event import queries as event_queries
from registration.organiser.shared.screen import event_screen
from registration.seating.explain import why_event
from registration.seating.public_rules import promises
from registration.seats.queries import line_policy


@event_page(READ)
def waitlist(event: Event) -> ResponseReturnValue:
    """List the waitlist."""
    session = db.session()
    return event_screen(
        "waitlist.html",
        event,
        line=event_queries.waitlist(session, event.id),
        undecided=event_queries.undecided(session, event.id),
        reasons=why_event(session, event),
        promises=promises(line_policy(session, event.id), event.has_waitlist, event.time_zone),
    )
