"""Change how many are let in: first see whom it promotes, then do it."""

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registration.accounts.access import EDIT, READ
from registration.booking.event_settings.capacity import change_capacity, check_terms, values_of
from registration.core import clock, optimistic_lock
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.event import queries as event_queries
from registration.organiser.seating.forms import CapacityForm
from registration.organiser.shared.concurrent_form import save_merged
from registration.organiser.shared.consequences import goes_back, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, tell
from registration.seats.queries import PoolSeats, Preview, availability, line_policy, preview
from registration.seats.rules import makes_offers


@event_page(READ)
def capacity(event: Event) -> ResponseReturnValue:
    """Show the limits; with ?pool= and ?wanted= also what that would do."""
    pool_id = request.args.get("pool", type=int)
    form = CapacityForm(formdata=request.args if pool_id is not None else None, meta={"csrf": False})
    if pool_id is None:
        return _page(event, None, form)
    if not form.validate():
        return _page(event, pool_id, form, 422)
    pool = _pool(event, pool_id)
    form.stored = lambda: _stored(event, pool_id)
    try:
        save_merged(form, lambda: _check(pool, form))
    except Refusal as refusal:
        return _refused(event, pool, form, refusal)
    form.shows(values_of(pool.terms))
    return _previewed(event, pool, form)


@event_page(EDIT)
def change(event: Event, pool_id: int) -> ResponseReturnValue:
    """Change one limit."""
    form, pool = CapacityForm(), _pool(event, pool_id)
    if not form.validate():
        return _page(event, pool_id, form, 422)
    form.stored = lambda: _stored(event, pool_id)
    if goes_back():
        form.shows(values_of(pool.terms))
        return _previewed(event, pool, form, 422)
    try:
        promoted = save_merged(
            form,
            lambda: change_capacity(
                event.id, pool_id, form.terms(), actor(), form.seen(), tell=whether_to_tell()
            ),
        )
    except Refusal as refusal:
        return _refused(event, pool, form, refusal)
    told = ngettext("%(num)s party was promoted.", "%(num)s parties were promoted.", promoted)
    return done(_("The capacity was changed.") + " " + told, "capacity", slug=event.slug)


def _check(pool: PoolSeats, form: CapacityForm) -> None:
    check_terms(form.terms())
    optimistic_lock.check(form.seen(), values_of(pool.terms), values_of(form.terms()))


def _stored(event: Event, pool_id: int) -> CapacityForm:
    # As the form of the address has no token of a session, this one needs none.
    return CapacityForm(formdata=None, data=values_of(_pool(event, pool_id).terms), meta={"csrf": False})


def _refused(event: Event, pool: PoolSeats, form: CapacityForm, refusal: Refusal) -> ResponseReturnValue:
    """Show why not; who is told that a colleague changed it sees what her own terms would do now."""
    status = tell(form, refusal)
    if form.is_overtaken:
        return _previewed(event, pool, form, status)
    return _page(event, pool.id, form, status)


def _previewed(event: Event, pool: PoolSeats, form: CapacityForm, status: int = 200) -> ResponseReturnValue:
    seen = preview(db.session(), event.id, pool.id, form.terms())
    return _page(event, pool.id, form, status, seen)


def _pool(event: Event, pool_id: int) -> PoolSeats:
    for pool, _name in event_queries.pools(db.session(), event.id):
        if pool.id == pool_id:
            return pool
    return abort(404)


def _page(
    event: Event, pool_id: int | None, form: CapacityForm, status: int = 200, seen: Preview | None = None
) -> ResponseReturnValue:
    session = db.session()
    promoted: list[Any] = []
    over: list[Any] = []
    too_large: list[Any] = []
    if seen is not None:
        parties = event_queries.parties(session, [*seen.promoted, *seen.over, *seen.too_large])
        promoted = [parties[one] for one in seen.promoted]
        over = [parties[one] for one in seen.over]
        too_large = [parties[one] for one in seen.too_large]
    errors = errors_of(form)
    line = line_policy(session, event.id)
    return event_screen(
        "capacity.html",
        event,
        status,
        pools=event_queries.pools(session, event.id),
        seats=availability(session, [event.id])[event.id],
        marks=lambda terms: optimistic_lock.marks(values_of(terms)),
        chosen=pool_id,
        offers=makes_offers(line.promotion, line.direct_hours, event.starts_at, clock.now()),
        form=form,
        seen=seen,
        promoted=promoted,
        over=over,
        too_large=too_large,
        errors=errors,
        has_errors=bool(errors),
    )
