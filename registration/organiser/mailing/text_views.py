"""The organiser's own words for each kind of mail."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from registration.accounts.access import EDIT, current_account, organiser_page
from registration.accounts.models import Organiser
from registration.booking.emails.placeholders import PLACEHOLDERS
from registration.booking.queries.bookings import seat
from registration.core.database import db
from registration.core.optimistic_lock import ChangedMeanwhile
from registration.events.models import Event
from registration.organiser.mailing import mail_texts
from registration.organiser.mailing import services as mailing_services
from registration.organiser.mailing.emails import sample_of, sample_values, sample_words
from registration.organiser.mailing.forms import TextForm
from registration.organiser.shared.concurrent_form import save_merged
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, tell
from registration.web.locale import LOCALES, babel_name


@organiser_page(EDIT)
def overview(organiser: Organiser) -> ResponseReturnValue:
    """List the kinds of mail, and which are said in own words."""
    return render_template(
        "organiser/texts.html",
        organiser=organiser,
        kinds=mail_texts.EDITABLE,
        locales=LOCALES,
        own=mail_texts.own_texts(db.session(), organiser.id),
    )


@organiser_page(EDIT)
def edit(organiser: Organiser, kind: str, code: str) -> ResponseReturnValue:
    """Write one text; the preview button shows it for a real person and keeps nothing."""
    _check(kind, code)
    form = TextForm()
    form.stored = lambda: _stored(organiser, kind, code)
    if request.method == "GET":
        form = _stored(organiser, kind, code)
        form.shows(form.words())
        return _page(organiser, kind, code, form, 200)
    if not form.validate() or "preview" in request.form:
        return _page(organiser, kind, code, form, 422)
    try:
        save_merged(form, lambda: _save(organiser.id, kind, code, form))
    except ChangedMeanwhile as changed:
        return _page(organiser, kind, code, form, tell(form, changed))
    return done(
        _("Saved. Emails say it like this from now on."), "text", slug=organiser.slug, kind=kind, code=code
    )


def _save(organiser_id: int, kind: str, code: str, form: TextForm) -> None:
    mail_texts.save_text(organiser_id, kind, code, **form.words(), actor=actor(), seen=form.seen())


def _stored(organiser: Organiser, kind: str, code: str) -> TextForm:
    return TextForm(formdata=None, data=mail_texts.said(db.session(), organiser.id, kind, code))


@organiser_page(EDIT)
def ours(organiser: Organiser, kind: str, code: str) -> ResponseReturnValue:
    """Go back to our words."""
    _check(kind, code)
    mail_texts.back_to_ours(organiser.id, kind, code, actor())
    return done(_("Our words are back."), "text", slug=organiser.slug, kind=kind, code=code)


@organiser_page(EDIT)
def test(organiser: Organiser, kind: str, code: str) -> ResponseReturnValue:
    """Send what is saved to whoever is signed in."""
    _check(kind, code)
    sample = sample_of(db.session(), organiser.id)
    if sample is None:
        sentence = _("There is no registration yet to show it for.")
    else:
        found = seat(db.session(), sample, code)
        event = db.session.get_one(Event, found.event_id)
        mailing_services.send_sample(current_account(), event, {"kind": kind, "registration": sample}, code)
        sentence = _("A test is on its way to you.")
    return done(sentence, "text", slug=organiser.slug, kind=kind, code=code)


def _check(kind: str, code: str) -> None:
    if kind not in mail_texts.EDITABLE or code not in LOCALES:
        abort(404)


def _page(organiser: Organiser, kind: str, code: str, form: TextForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    session = db.session()
    sample, preview = sample_of(session, organiser.id), None
    if sample is not None and not errors:
        with force_locale(babel_name(code)):
            found = seat(session, sample, code)
            told = {"kind": kind, "subject": form.subject.data, "body": form.body.data}
            preview, _shape = sample_words(session, found, told, code, sample_values(found))
    page = render_template(
        "organiser/text.html",
        organiser=organiser,
        kind=kind,
        code=code,
        form=form,
        errors=errors,
        preview=preview,
        placeholders=PLACEHOLDERS,
        is_own=mail_texts.own_text(session, organiser.id, kind, code) is not None,
    )
    return page, status
