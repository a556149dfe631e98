"""Addresses that open without an account: the one place that puts a token into one."""

from sqlalchemy.orm import Session

from registration.capability import services
from registration.core.urls import public_url

# Tokens that no capability keeps: they are made anew each time, from what they open.
OWN_SEAT = "own-seat"
TICKET = "ticket"
UNSUBSCRIBE = "unsubscribe"
RESET = "reset"
FEED_PAGE = "feed-page"
_PATHS = {
    services.BOOKING: "/bookings/{}/",
    services.VERIFY: "/addresses/{}/",
    services.ADDRESS: "/addresses/{}/",
    services.HANDOVER: "/handovers/{}/",
    services.FIRM: "/firms/{}/",
    services.INVITATION: "/invitations/{}/",
    services.FEED: "/feeds/{}.ics",
    services.TEAM: "/feeds/team/{}.ics",
    FEED_PAGE: "/feeds/{}/",
    OWN_SEAT: "/attendees/{}/",
    TICKET: "/tickets/{}/",
    UNSUBSCRIBE: "/unsubscribe/{}/",
    RESET: "/reset/{}",
}


def path_of(purpose: str, token: str) -> str:
    """Return where *token* opens what it was made for, on this site."""
    return _PATHS[purpose].format(token)


def link(purpose: str, token: str | None, otherwise: str = "") -> str:
    """Return the full address that *token* opens, or *otherwise* where there is none."""
    return public_url(path_of(purpose, token)) if token else otherwise


def link_of(session: Session, subject_id: int, purpose: str, otherwise: str = "") -> str:
    """Return the full address of the live link of a subject, or *otherwise* where it has none."""
    return link(purpose, services.token_of(session, subject_id, purpose), otherwise)
