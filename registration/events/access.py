"""The one way of the back office to an event or a programme."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import select

from registration.accounts.access import Roles, guarded, owned
from registration.accounts.models import Account
from registration.events.models import Event, Programme

P = ParamSpec("P")
R = TypeVar("R")


def event_for(account: Account, slug: str, roles: Roles) -> Event:
    """Return the event where *account* has one of *roles* at its organiser. Raises NotFound."""
    return owned(account, select(Event).where(Event.slug == slug), Event.organiser_id, roles)


def programme_for(account: Account, slug: str, roles: Roles) -> Programme:
    """Return the programme where *account* has one of *roles* at its organiser. Raises NotFound."""
    query = select(Programme).where(Programme.slug == slug)
    return owned(account, query, Programme.organiser_id, roles)


def event_page(
    roles: Roles,
) -> Callable[[Callable[Concatenate[Event, P], R]], Callable[..., R]]:
    """Return a decorator for a view whose `slug` names an event: the view gets the event."""
    return guarded(event_for, roles)


def programme_page(
    roles: Roles,
) -> Callable[[Callable[Concatenate[Programme, P], R]], Callable[..., R]]:
    """Return a decorator for a view whose `slug` names a programme: the view gets the programme."""
    return guarded(programme_for, roles)
