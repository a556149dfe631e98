"""A message to many in two steps: who, then what; seen for a real person before it leaves."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registration.accounts.access import EDIT, current_account
from registration.booking.emails.placeholders import PLACEHOLDERS
from registration.booking.queries.bookings import seat
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.queries import Filters, filters_from
from registration.organiser.mailing import services as mailing_services
from registration.organiser.mailing.emails import sample_values, sample_words
from registration.organiser.mailing.forms import ChoicesForm, MessageForm
from registration.organiser.mailing.models import DRAFT, Mailing
from registration.organiser.shared.consequences import goes_back, whether_to_tell
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, refused
from registration.web.locale import page_locale


@event_page(EDIT)
def new(event: Event) -> ResponseReturnValue:
    """Choose who, then write what; sending it keeps a draft and leads to its preview."""
    filters = filters_from(request.form if "state" in request.form else request.args)
    form = MessageForm()
    if "show" in request.form:
        return _writing(event, filters, form, 422)
    if request.method == "GET" or not form.validate():
        return _writing(event, filters, form, 200 if request.method == "GET" else 422)
    mailing_id = mailing_services.draft(
        event.id, form.subject.data, form.body.data, filters, current_account().id
    )
    return done(
        _("Kept as a draft. Nobody has got it yet."), "mailing", slug=event.slug, mailing_id=mailing_id
    )


@event_page(EDIT)
def show(event: Event, mailing_id: int) -> ResponseReturnValue:
    """Show a draft as it would arrive, or how far a message has come."""
    return _shown(event, mailing_services.find(db.session(), event.id, mailing_id))


@event_page(EDIT)
def rewrite(event: Event, mailing_id: int) -> ResponseReturnValue:
    """Change the words of a draft."""
    mailing = mailing_services.find(db.session(), event.id, mailing_id)
    form = MessageForm()
    if request.method == "GET":
        form.subject.data, form.body.data = mailing.subject, mailing.body
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return _writing(event, filters_from(mailing.filters), form, status, mailing)
    mailing_services.rewrite(event.id, mailing_id, form.subject.data, form.body.data)
    return done(_("Changed."), "mailing", slug=event.slug, mailing_id=mailing_id)


@event_page(EDIT)
def send(event: Event, mailing_id: int) -> ResponseReturnValue:
    """Send it to as many people as the button said."""
    people, slug = request.form.get("people", -1, type=int), event.slug
    mailing_services.send(event.id, mailing_id, people, actor())
    return done(
        _("It is being sent. You can stop it while it is."), "mailing", slug=slug, mailing_id=mailing_id
    )


@event_page(EDIT)
def test(event: Event, mailing_id: int) -> ResponseReturnValue:
    """Send it to whoever is signed in."""
    mailing = mailing_services.find(db.session(), event.id, mailing_id)
    sample = mailing_services.recipients(db.session(), event.id, filters_from(mailing.filters)).sample
    if sample is None:
        return done(_("Nobody is in this list."), "mailing", slug=event.slug, mailing_id=mailing_id)
    facts = {"subject": mailing.subject, "body": mailing.body, "registration": sample}
    mailing_services.send_sample(current_account(), event, facts, page_locale())
    return done(_("A test is on its way to you."), "mailing", slug=event.slug, mailing_id=mailing_id)


@event_page(EDIT)
def stop(event: Event, mailing_id: int) -> ResponseReturnValue:
    """Send no more of it."""
    missed = mailing_services.stop(event.id, mailing_id, actor())
    sentence = ngettext(
        "Stopped: %(num)s person does not get it.", "Stopped: %(num)s people do not get it.", missed
    )
    return done(sentence, "mailing", slug=event.slug, mailing_id=mailing_id)


@event_page(EDIT)
def tell_materials(event: Event) -> ResponseReturnValue:
    """Tell those who had a seat that presentations and papers are there."""
    if goes_back():
        return redirect(url_for("organiser.messages", slug=event.slug), 303)
    told = mailing_services.tell_materials(event.id, actor(), tell=whether_to_tell())
    sentence = ngettext("%(num)s person is told.", "%(num)s people are told.", told)
    return done(sentence, "messages", slug=event.slug)


@event_page(EDIT)
def choices(event: Event) -> ResponseReturnValue:
    """Choose what the mails of the event do."""
    form, status = ChoicesForm(), 200
    form.stored = lambda: _stored_choices(event)
    if request.method == "GET":
        form = _stored_choices(event)
        form.shows(mailing_services.stored_choices(db.session(), event))
    else:
        event_id, slug = event.id, event.slug
        status = refused(form, lambda: _choose(event_id, form))
        if not status:
            return done(_("Saved."), "mail_choices", slug=slug)
    errors = errors_of(form)
    return event_screen("mail_choices.html", event, status, form=form, errors=errors, has_errors=bool(errors))


def _stored_choices(event: Event) -> ChoicesForm:
    form = ChoicesForm(formdata=None)
    form.fill(mailing_services.stored_choices(db.session(), event))
    return form


def _choose(event_id: int, form: ChoicesForm) -> None:
    note = form.calendar_note.data or ""
    ticket, minutes = form.attaches_ticket.data, form.alarm_minutes()
    mailing_services.choose(event_id, form.reminder_days.data, ticket, minutes, note, form.seen())


def _writing(
    event: Event, filters: Filters, form: MessageForm, status: int, mailing: Mailing | None = None
) -> ResponseReturnValue:
    errors = errors_of(form)
    return event_screen(
        "mailing_new.html",
        event,
        status,
        form=form,
        filters=filters,
        found=mailing_services.recipients(db.session(), event.id, filters),
        mailing=mailing,
        placeholders=PLACEHOLDERS,
        errors=errors,
        has_errors=bool(errors),
    )


def _shown(event: Event, mailing: Mailing) -> ResponseReturnValue:
    session = db.session()
    is_draft = mailing.state == DRAFT
    found = (
        mailing_services.recipients(session, event.id, filters_from(mailing.filters)) if is_draft else None
    )
    preview, name = None, ""
    if found and found.sample is not None:
        sample = seat(session, found.sample, page_locale())
        told = {"subject": mailing.subject, "body": mailing.body}
        preview, _shape = sample_words(session, sample, told, page_locale(), sample_values(sample))
        name = sample.contact
    return event_screen(
        "mailing.html",
        event,
        mailing=mailing,
        is_draft=is_draft,
        found=found,
        preview=preview,
        name=name,
        progress=mailing_services.progress(session, mailing.id),
    )
