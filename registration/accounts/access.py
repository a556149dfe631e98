"""The one way into the back office: signed in, and with the right role at the right organiser."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask_babel import gettext as _
from flask_security import auth_required, current_user
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from registration.accounts.models import Account, Membership, Organiser
from registration.accounts.services import DOOR as DOOR_ROLE
from registration.accounts.services import MANAGER, OWNER, VIEWER
from registration.accounts.signing import note_denied
from registration.core.database import db
from registration.core.refusal import NotFound

Roles = frozenset[str]

OWN: Roles = frozenset({OWNER})
EDIT: Roles = frozenset({OWNER, MANAGER})
READ: Roles = frozenset({OWNER, MANAGER, VIEWER})
DOOR: Roles = frozenset({OWNER, MANAGER, DOOR_ROLE})
ANY: Roles = READ | DOOR

P = ParamSpec("P")
R = TypeVar("R")


Found = TypeVar("Found")


def current_account() -> Account:
    """Return who is signed in. Raises NotFound outside of a signed-in request."""
    account = current_user._get_current_object()
    if not isinstance(account, Account):
        raise NotFound(_("Sign in to see this page."))
    return account


def owned(
    account: Account,
    query: Select[Found],
    organiser_id: InstrumentedAttribute[int],
    roles: Roles,
) -> Found:
    """Return what *query* finds where *account* has one of *roles* at the organiser that owns it.

    Raises NotFound for everybody else, never 403: a stranger cannot learn what exists.
    """
    found = db.session.scalar(
        query.join(Membership, Membership.organiser_id == organiser_id).where(
            Membership.account_id == account.id, Membership.role.in_(roles)
        )
    )
    if found is None:
        raise NotFound(_("There is nothing at this address, or it is not yours to see."))
    return found


def organiser_for(account: Account, slug: str, roles: Roles) -> Organiser:
    """Return the organiser with *slug* where *account* has one of *roles*. Raises NotFound."""
    query = select(Organiser).where(Organiser.slug == slug)
    return owned(account, query, Organiser.id, roles)


def organisers_for(account: Account, roles: Roles) -> list[Organiser]:
    """Return the organisers where *account* has one of *roles*, by name."""
    return list(
        db.session.scalars(
            select(Organiser)
            .join(Membership, Membership.organiser_id == Organiser.id)
            .where(Membership.account_id == account.id, Membership.role.in_(roles))
            .order_by(Organiser.name, Organiser.id)
        )
    )


def guarded(
    find: Callable[[Account, str, Roles], Found], roles: Roles
) -> Callable[[Callable[Concatenate[Found, P], R]], Callable[..., R]]:
    """Return a decorator: the view with `slug` in its URL gets what *find* finds, or nobody gets in."""

    def decorate(view: Callable[Concatenate[Found, P], R]) -> Callable[..., R]:
        @wraps(view)
        def inner(slug: str, *args: P.args, **kwargs: P.kwargs) -> R:
            account = current_account()
            try:
                found = find(account, slug, roles)
            except NotFound:
                note_denied(account)
                raise
            return view(found, *args, **kwargs)

        return _signed_in(inner, roles)

    return decorate


def organiser_page(
    roles: Roles,
) -> Callable[[Callable[Concatenate[Organiser, P], R]], Callable[..., R]]:
    """Return a decorator for a view whose `slug` names an organiser: the view gets the organiser."""
    return guarded(organiser_for, roles)


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let in whoever is signed in; what she sees is up to the queries of the view."""
    return _signed_in(view, ANY)


def _signed_in(view: Callable[P, R], roles: Roles) -> Callable[P, R]:
    inner: Any = auth_required("session")(view)
    # Read by the test that asks every route for its guard.
    inner.roles = roles
    return inner  # type: ignore[no-any-return]  # Flask-Security's decorator loses the signature
