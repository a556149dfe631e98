"""Links that open without an account: what they open, and one page for all that open nothing."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.models import Booking
from registration.booking.queries.links import booking_behind
from registration.capability.models import Capability
from registration.capability.services import find, is_live
from registration.core.database import db
from registration.core.networks import machine_of
from registration.core.refusal import NotFound, Refusal
from registration.core.throttle import Limit, take
from registration.web.errors import error_page
from registration.web.locale import keep_to

# One machine may stand for a whole office behind one address.
PER_CLIENT = 30


class LinkDoesNotOpen(NotFound):
    """The link is unknown, used up, revoked, too old or for something else: nobody learns which."""


class TooManyTries(Refusal):
    """Mail was asked for too often from one machine."""

    status = 429
    code = "too-many"


def opened(token: str) -> Booking:
    """Return the booking that *token* opens. Raises LinkDoesNotOpen."""
    found = booking_behind(db.session(), token)
    if found is None or not is_live(found[0]):
        raise does_not_open()
    booked = found[1]
    keep_to(booked.locale)
    return booked


def opened_link(token: str, purpose: str) -> Capability:
    """Return the live link *token*. Raises LinkDoesNotOpen."""
    capability = find(db.session(), token, purpose)
    if capability is None or not is_live(capability):
        raise does_not_open()
    return capability


def does_not_open() -> LinkDoesNotOpen:
    return LinkDoesNotOpen(
        _("This link is no longer valid. Use the link in our latest email about your registration.")
    )


def no_link_page(error: Exception) -> ResponseReturnValue:
    """Show where to ask for the link again, the same for every link that does not open."""
    assert isinstance(error, LinkDoesNotOpen)
    if request.path.endswith(".ics"):
        return error_page(error.status, "", error.sentence)
    page = render_template("booking/no_link.html", sentence=error.sentence)
    return page, error.status, {"Cache-Control": "private, no-cache"}


def may_send(limits: dict[str, int]) -> bool:
    """Count one mail for every key of *limits* and for this machine; say whether it may be sent.

    Raises TooManyTries when this machine asked too often; who owns an address is never locked out.
    """
    if take(Limit(f"machine:{machine_of(request.remote_addr)}", PER_CLIENT)):
        raise TooManyTries(_("Too many tries from here. Wait an hour and try again."))
    return take(*(Limit(key, most) for key, most in limits.items())) is None


def check_pace(key: str, most: int) -> None:
    """Count one mail for *key*. Raises TooManyTries beyond *most* in an hour."""
    if not may_send({key: most}):
        raise TooManyTries(_("You asked for many emails within an hour. Wait a while, then try again."))
