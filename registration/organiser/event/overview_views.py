"""All my events, and one event at a glance."""

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.accounts.access import ANY, EDIT, OWN, READ, current_account, organisers_for, signed_in
from registration.core import clock
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.events.programme_links import programmes_of
from registration.events.queries import phase_of
from registration.organiser.event.queries import events_of, expected_and_in, failed_mails, pools, state_counts
from registration.organiser.shared.screen import event_screen
from registration.seating.explain import why_event
from registration.seats.queries import availability
from registration.site.cards import cards
from registration.web.locale import page_locale


@signed_in
def home() -> ResponseReturnValue:
    """List the events of my organisers with how full they are."""
    account, session = current_account(), db.session()
    organisers = organisers_for(account, ANY)
    shown = cards(session, events_of(session, [one.id for one in organisers]), page_locale())
    at = clock.now()
    coming = [card for card in reversed(shown) if card.event.ends_at > at]
    editable = organisers_for(account, EDIT)
    return render_template(
        "organiser/home.html",
        organisers=organisers,
        editable=editable,
        owned=organisers_for(account, OWN),
        programmes=programmes_of(session, [one.id for one in editable]),
        readable={one.id for one in organisers_for(account, READ)},
        coming=coming,
        held=[card for card in shown if card.event.ends_at <= at],
    )


@event_page(READ)
def overview(event: Event) -> ResponseReturnValue:
    """Show how full the event is, and what needs somebody."""
    session = db.session()
    return event_screen(
        "overview.html",
        event,
        pools=pools(session, event.id),
        seats=availability(session, [event.id])[event.id],
        counts=state_counts(session, event.id),
        failed=failed_mails(session, event.id),
        door=expected_and_in(session, event.id),
        reasons=why_event(session, event),
        phase=phase_of(event).value,
        has_begun=clock.now() >= event.starts_at,
    )
