"""Who waits, in order, and why each has no seat yet."""

from functools import partial

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
from registration.web.paging import Page, page


@event_page(READ)
def waitlist(event: Event) -> ResponseReturnValue:
    """List the waitlist, in pages; so are those who are not decided."""
    session = db.session()
    pages: dict[str, Page] = {}

    def here(name: str, total: int) -> slice:
        pages[name] = page(total, name=name)
        return pages[name].shown

    return event_screen(
        "waitlist.html",
        event,
        line=event_queries.waitlist(session, event.id, partial(here, "page")),
        undecided=event_queries.undecided(session, event.id, partial(here, "undecided")),
        pages=pages,
        reasons=why_event(session, event),
        promises=promises(line_policy(session, event.id), event.has_waitlist, event.time_zone),
    )
