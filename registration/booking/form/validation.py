"""From a form to what it asks the service for; what is wrong stands at the fields."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, HiddenField

from registration.booking.admission.access import code_trouble
from registration.booking.form import questions
from registration.booking.form.definition import CategoryGroup, FormDefinition
from registration.booking.form.fields import control_id
from registration.booking.form.labels import plain
from registration.booking.form.option_notes import opens_later
from registration.booking.form.registration import KEEP, USE, RegistrationForm
from registration.booking.form.selection import (
    application,
    asked_of,
    asked_of_contact,
    category_of,
    events_of,
    has_sensitive,
    sessions_of,
)
from registration.booking.rules import Application, session_clash
from registration.core.refusal import Refusal
from registration.web.filters import moment
from registration.web.locale import page_locale


def checked(
    form: RegistrationForm,
    definition: FormDefinition,
    nonce: str,
    most: int,
    told: Mapping[str, list[str]] | None = None,
) -> Application | None:
    """Return what the form asks for, or None where something is wrong: that stands at the fields.

    *told* are sentences by the name of a field, from whoever looked at the form before.
    """
    form.validate()
    if told:
        tell_each(form, told)
    if len(form.attendees) > most:
        form.form_errors.append(
            _(
                "You can register up to %(most)s people with one form. Use a second form for the others.",
                most=most,
            )
        )
    for index, attendee in enumerate(form.attendees):
        _check_attendee(form, attendee.form, index, definition)
    questions.check(asked_of_contact(form, definition), definition.of_contact, form)
    if definition.is_programme:
        _check_events(form, definition)
    _check_code(form, definition)
    if form.website.data and not form.website.errors:
        form.website.errors = [_("Leave this field empty. It helps us block spam.")]
    if not form.email.errors:
        _check_email(form)
    if has_sensitive(form, definition) and not form.consent_sensitive.data:
        form.consent_sensitive.errors = [
            _(
                "Tick this box to let the organiser use your answers about health, food or access, "
                "or delete those answers."
            )
        ]
    return None if errors_of(form) else application(form, definition, nonce)


def errors_of(form: RegistrationForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    found = [("name", str(sentence)) for sentence in form.form_errors]
    # A programme's form asks first to which events one comes, and last what one agrees to.
    first, last = ("events", "together"), ("attendees", "consent_sensitive", "consent")
    own = [field for field in form if field.short_name not in (*first, *last)]
    for field in (*(form[name] for name in first if name in form), *own):
        found += [(control_id(field), str(error)) for error in field.errors]
    found += errors_of_people(form)
    for field in (form.consent_sensitive, form.consent):
        found += [(control_id(field), str(error)) for error in field.errors]
    return found


def errors_of_people(form: FlaskForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) of the attendees' errors; among several it says whose."""
    attendees = list(getattr(form, "attendees", ()))
    found = []
    for number, attendee in enumerate(attendees, 1):
        for field in attendee.form:
            for error in field.errors if not isinstance(field, HiddenField) else ():
                sentence = str(error)
                if len(attendees) > 1:
                    sentence = _("Person %(number)s: %(sentence)s", number=number, sentence=sentence)
                found.append((control_id(field), sentence))
    return found


def tell(form: RegistrationForm, refusal: Refusal) -> None:
    """Put the sentence of *refusal* at its field, or above the form."""
    if refusal.field in form and not isinstance(form[refusal.field], FieldList):
        form[refusal.field].errors = [refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)


def tell_each(form: RegistrationForm, told: Mapping[str, list[str]]) -> None:
    """Put the sentences that *told* has by the name of a field at their fields."""
    fields = [*form, *(field for attendee in form.attendees for field in attendee.form)]
    for field in fields:
        if field.name in told:
            field.errors = told[field.name]


def _check_email(form: RegistrationForm) -> None:
    """Ask once about an address that looks like a slip of the finger; whatever is answered holds."""
    if form.meant_email is None:
        form.email_choice.errors = []
    elif form.email_choice.data == USE:
        form.email.data = form.meant_email
        form.email_choice.choices = []
    elif form.email_choice.data != KEEP:
        form.email_choice.errors = [_("Did you mean %(address)s?", address=form.meant_email)]


def _check_code(form: RegistrationForm, definition: FormDefinition) -> None:
    """Ask for the codes of the events that are chosen, and of the categories in them."""
    typed = form.code.data or ""
    for spec in definition.specs:
        people = [
            one.form for one in form.attendees if spec.event_id in events_of(form, one.form, definition)
        ]
        chosen = {category_of(one, definition, spec.event_id) for one in people}
        codes = [one.access_code for one in spec.categories if one.id in chosen]
        trouble = code_trouble(typed, spec.access_code, codes) if people else ""
        if trouble and not form.code.errors:
            form.code.errors = [trouble]


def _check_attendee(form: RegistrationForm, attendee: Form, index: int, definition: FormDefinition) -> None:
    if index > 0 and not attendee.name.data:
        attendee.name.errors = [_("Enter the name of person %(number)s, or remove them.", number=index + 1)]
    event_ids = events_of(form, attendee, definition)
    for group in definition.categories:
        field = attendee[group.name]
        if not set(group.event_ids) & set(event_ids):
            field.errors = []
        elif later := _opens_later(group, field.data, definition):
            field.errors = [later]
        elif not field.data and not field.errors:
            field.errors = [_("Choose a category.")]
    for event_id in event_ids:
        if clash := session_clash(sessions_of(attendee, definition, event_id)):
            attendee.sessions.errors = [clash]
    _check_sessions(attendee, event_ids, definition)
    questions.check(asked_of(form, attendee, definition), definition.of_attendees, attendee)


def _opens_later(group: CategoryGroup, value: str | None, definition: FormDefinition) -> str:
    """Return when the category opens that was chosen too early, in a sentence; else nothing."""
    ours = next((ours for known, ours in group.choices if known == value), ())
    specs = {spec.event_id: spec for spec in definition.specs}
    opening = opens_later(ours, specs)
    if opening is None or value in dict(group.open_now()):
        return ""
    told = _(
        "%(category)s opens %(when)s. Choose another category, or come back then.",
        category=plain(ours[0][1], "name"),
        when=moment(*opening),
    )
    return str(told)


def _check_sessions(attendee: Form, event_ids: Collection[int], definition: FormDefinition) -> None:
    """Refuse a session of an event that the attendee does not come to: it would be left out unseen."""
    picked = attendee.sessions.data or () if definition.sessions and event_ids else ()
    for value, (spec, one) in definition.sessions.items():
        if value in picked and spec.event_id not in event_ids and not attendee.sessions.errors:
            attendee.sessions.errors = [
                _(
                    "“%(session)s” is part of “%(event)s”, which is not chosen here. Choose that event too, "
                    "or leave out the session.",
                    session=plain(one, "name"),
                    event=spec.title(page_locale())[0],
                )
            ]


def _check_events(form: RegistrationForm, definition: FormDefinition) -> None:
    if form.events.errors:
        return
    if not form.events.data and not any(one.form.events.data for one in form.attendees):
        form.events.errors = [_("Choose at least one event.")]
        return
    coming = [set(events_of(form, one.form, definition)) for one in form.attendees]
    nobody = [one for one in form.events.data if definition.by_slug[one].event_id not in set().union(*coming)]
    if nobody:
        titles = ", ".join(definition.by_slug[one].title(page_locale())[0] for one in nobody)
        form.events.errors = [
            _(
                "You chose %(titles)s, but nobody is attending it. Select it for someone below, or "
                "untick it.",
                titles=titles,
            )
        ]
