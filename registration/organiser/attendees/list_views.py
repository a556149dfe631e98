"""The attendee list: search, filter, sort, page; what is filtered can be exported."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.access import READ
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.queries import attendees as listed
from registration.organiser.attendees.queries import filters_from, totals
from registration.organiser.shared.screen import event_screen
from registration.web.paging import page


@event_page(READ)
def attendees(event: Event) -> ResponseReturnValue:
    """List attendees."""
    session = db.session()
    filters = filters_from(request.args)
    found = totals(session, event.id, filters)
    here = page(found.attendees)
    rows = session.execute(listed(event.id, filters).limit(here.size).offset(here.offset)).all()
    return event_screen(
        "attendees.html",
        event,
        rows=rows,
        filters=filters,
        totals=found,
        page=here,
        export_url=url_for("organiser.exports", slug=event.slug, **filters.query()),
    )
