""" "Are you still coming?": when it is asked, and who answered what."""

from collections import Counter

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, READ
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.reconfirmation.forms import ReconfirmForm
from registration.organiser.shared.consequences import goes_back, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, refused
from registration.reconfirm import services
from registration.reconfirm.queries import asked, plan_of, stored_plan
from registration.reconfirm.rules import NO, SILENCE, YES, asks_at, deadline_at
from registration.web.paging import page


@event_page(READ)
def reconfirmation(event: Event) -> ResponseReturnValue:
    """Show the plan, and who answered."""
    session = db.session()
    parties = asked(session, event.id)
    wanted = request.args.get("answer", "")
    words = ("open", YES, NO, SILENCE)
    shown = [one for one in parties if (one.answer or "open") == wanted] if wanted in words else parties
    here = page(len(shown))
    plan = plan_of(session, event.id)
    asks = asks_at(event.starts_at, plan.asks_days, plan.made_at) if plan else None
    return event_screen(
        "reconfirmation.html",
        event,
        plan=plan,
        asks_at=asks,
        deadline_at=deadline_at(event.starts_at, plan.answer_days, asks) if plan and asks else None,
        counts=Counter(one.answer or "open" for one in parties),
        parties=shown[here.offset : here.offset + here.size],
        page=here,
        wanted=wanted,
        all_words=words,
    )


@event_page(EDIT)
def plan(event: Event) -> ResponseReturnValue:
    """Say when to ask, or stop asking."""
    form, status = ReconfirmForm(), 200
    form.stored = lambda: _stored(event.id)
    if request.method == "GET":
        form = _stored(event.id)
        form.shows(stored_plan(plan_of(db.session(), event.id)))
    elif goes_back():
        status = 422
    else:
        event_id, slug = event.id, event.slug
        status = refused(form, lambda: _save(event_id, form))
        if not status:
            saved = _("Saved. Who was asked already keeps what she was told.")
            stopped = _("Nobody is asked, and nobody's silence frees a seat.")
            return done(saved if form.asks.data else stopped, "reconfirmation", slug=slug)
    errors = errors_of(form)
    return event_screen(
        "reconfirmation_plan.html", event, status, form=form, errors=errors, has_errors=bool(errors)
    )


def _stored(event_id: int) -> ReconfirmForm:
    form = ReconfirmForm(formdata=None)
    form.process(data=stored_plan(plan_of(db.session(), event_id)))
    return form


def _save(event_id: int, form: ReconfirmForm) -> None:
    if not form.asks.data:
        services.stop_asking(event_id, actor(), form.seen())
        return
    services.plan(
        event_id,
        int(form.asks_days.data or 0),
        int(form.answer_days.data or 0),
        frees_seat=form.frees_seat.data,
        actor=actor(),
        tell=whether_to_tell(),
        seen=form.seen(),
    )
