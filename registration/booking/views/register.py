"""The registration form."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking import forms
from registration.booking.forms import RegistrationForm
from registration.booking.formspec import FormSpec, form_spec
from registration.booking.services.register import register
from registration.booking.views.codes import count_code
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.events.rules import Phase
from registration.seats.promise import promises
from registration.seats.queries import availability, line_policy, seats_now
from registration.web.guards import StaleForm, check_form_key, form_key
from registration.web.locale import page_locale


def show(slug: str) -> ResponseReturnValue:
    """Show the empty form, or why there is none."""
    spec = _spec(slug)
    most = current_app.config["MAX_PARTY"]
    blocks = min(max(request.args.get("attendees", 1, type=int) or 1, 1), most)
    form = forms.registration_form(spec, None, blocks=blocks, most=most)
    form.locale.data = page_locale()
    return _page(spec, form, 200)


def submit(slug: str) -> ResponseReturnValue:
    """Register whoever is in the form, or show it again with what to do."""
    spec = _spec(slug)
    most = current_app.config["MAX_PARTY"]
    if "remove" in request.form:
        kept = forms.without_attendee(request.form, request.form.get("remove", -1, type=int))
        return _page(spec, forms.registration_form(spec, kept, most=most), 422)
    form = forms.registration_form(spec, request.form, most=most)
    if "add" in request.form:
        forms.add_attendee(form, spec, most)
        return _page(spec, form, 422, focus=f"attendees-{len(form.attendees) - 1}-name")
    try:
        count_code(spec, form)
        nonce = check_form_key(f"register:{spec.event_id}", form.submit_key.data or "")
        receipt = register(forms.application(form, spec, nonce)) if forms.check(form, spec, most) else None
    except NotFound:
        raise
    except Refusal as refusal:
        forms.tell(form, refusal)
        return _page(spec, form, refusal.status)
    if receipt is None:
        return _page(spec, form, 422)
    if receipt.token is None:
        return redirect(url_for("booking.already", slug=slug), 303)
    return redirect(url_for("booking.booking", token=receipt.token), 303)


def programme(slug: str) -> ResponseReturnValue:
    """Lead to the programme's page, whose events have a form each."""
    return redirect(f"/programmes/{slug}/", 303)


def already(slug: str) -> ResponseReturnValue:
    """Say, revealing nothing, that the link was sent again if the address is registered."""
    spec = _spec(slug)
    title, language = spec.title(page_locale())
    return render_template("booking/already.html", spec=spec, title=title, title_locale=language)


def _spec(slug: str) -> FormSpec:
    spec = form_spec(db.session(), slug)
    if spec is None:
        abort(404)
    return spec


def _page(spec: FormSpec, form: RegistrationForm, status: int, focus: str = "") -> ResponseReturnValue:
    is_open = spec.phase is Phase.OPEN
    seats = availability(db.session(), [spec.event_id])[spec.event_id]
    if not form.submit_key.data or status == StaleForm.status:
        form.submit_key.data = form_key(f"register:{spec.event_id}")
    title, language = spec.title(page_locale())
    errors = forms.errors_of(form)
    line = line_policy(db.session(), spec.event_id)
    now = seats_now(seats, [one.id for one in spec.categories], line)
    is_closed = not is_open or spec.by_invitation or (now.left <= 0 and not spec.has_waitlist)
    template = "booking/closed.html" if is_closed and request.method == "GET" else "booking/register.html"
    page = render_template(
        template,
        spec=spec,
        form=form,
        now=now,
        promises=promises(line, spec.has_waitlist, spec.time_zone),
        title=title,
        title_locale=language,
        errors=errors,
        has_errors=bool(errors),
        focus=focus,
        has_sensitive=any(question.is_sensitive for question in spec.questions),
        heading=_("Join the waitlist") if now.joins_waitlist else _("Register"),
    )
    return page, status, {"Retry-After": "10"} if status == 503 else {}
