"""My own feed of the events I work on: the page that makes and ends it, and the feed itself."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registration.accounts.access import READ, current_account, organisers_for, signed_in
from registration.capability.links import path_of
from registration.capability.services import TEAM, token_of
from registration.core.database import db
from registration.core.read_cache import recent
from registration.core.refusal import NotFound
from registration.core.tokens import hashed
from registration.ical.answers import PublishedFeed, answer, feed_address, qr_code, revoked
from registration.ical.feeds import component_of
from registration.ical.links import subscriptions
from registration.organiser.calendar.queries import TeamCalendar, team_calendar, team_entries
from registration.organiser.event import services as event_services
from registration.organiser.shared.screen import done
from registration.web.locale import page_locale

# Calendars have no session: what they ask stands outside of the back office's blueprint.
feed_bp = Blueprint("team_calendar", __name__)


@signed_in
def calendar() -> ResponseReturnValue:
    """Show the address of my feed, or offer to make one."""
    account = current_account()
    token = token_of(db.session(), account.id, TEAM)
    url = feed_address(path_of(TEAM, token)) if token else None
    return render_template(
        "organiser/calendar.html",
        form=FlaskForm(),
        organisers=organisers_for(account, READ),
        subscribe=subscriptions(url, _("My events")) if url else None,
        qr_url=f"/feeds/team/{token}.svg" if token else None,
    )


@signed_in
def renew_calendar() -> ResponseReturnValue:
    """Make an address; one that was there ends."""
    event_services.renew_team_feed(current_account().id)
    return done(_("Your calendar has a new address."), "calendar")


@signed_in
def end_calendar() -> ResponseReturnValue:
    """End the address."""
    event_services.end_team_feed(current_account().id)
    return done(_("The address of your calendar has ended."), "calendar")


@feed_bp.get("/feeds/team/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """Return the feed of a colleague; a revoked address is gone for good (410)."""
    known = _known(token)
    if not known.is_live:
        return revoked()
    published = PublishedFeed(
        name=_("My events"),
        path=request.path,
        facts=known.facts,
        refresh_hours=known.refresh_hours,
        changed_at=known.changed_at,
        is_personal=True,
    )
    shown = page_locale()
    return answer(
        published,
        lambda: [component_of(entry) for entry in team_entries(db.session(), known.account_id, shown)],
    )


@feed_bp.get("/feeds/team/<token>.svg")
def qr(token: str) -> ResponseReturnValue:
    """Return the QR code of the feed's address."""
    if not _known(token).is_live:
        raise NotFound(_("There is no such calendar."))
    return qr_code(feed_address(path_of(TEAM, token)), is_personal=True)


def _known(token: str) -> TeamCalendar:
    known = recent(("team feed", hashed(token)), lambda: team_calendar(db.session(), token))
    if known is None:
        raise NotFound(_("There is no such calendar."))
    return known
