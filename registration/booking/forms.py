"""The registration form: its shape and its sentences, no decision about seats."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from registration.booking import questions
from registration.booking.fields import (
    ChoiceField,
    EmailAddress,
    MultiCheckboxField,
    Must,
    Readable,
    cleaned,
    control_id,
    readable_block,
)
from registration.booking.rules import Application, Person, Wish
from registration.booking.sheet import Asked, Sheet
from registration.core.refusal import Refusal
from registration.web.locale import LOCALES, page_locale

__all__ = ["Readable", "cleaned", "readable_block"]

NAME_LENGTH = 100
EMAIL_LENGTH = 254
FIRM_LENGTH = 200
CONSENT = _l("I agree that the organiser uses these details to run the event, as described under Privacy.")
SENSITIVE_CONSENT = _l(
    "I agree that the organiser uses what I answered about health, food or access, for this event only."
)


class AttendeeForm(Form):
    """One attendee; categories and questions are added by event."""

    name = StringField(_l("Full name"), [Optional(), Readable(NAME_LENGTH)], filters=[cleaned])
    email = StringField(_l("E-mail"), [Optional(), Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned])
    firm = StringField(_l("Organisation"), [Optional(), Readable(FIRM_LENGTH)], filters=[cleaned])


class RegistrationForm(FlaskForm):
    """The contact and what is sent along; events, attendees and questions are added by sheet.

    The form needs no cookie: the signed submit key stands in for the CSRF token (web/guards.py).
    """

    class Meta:
        csrf = False

    submit_key = HiddenField()
    locale = HiddenField()
    name = StringField(
        _l("Your full name"),
        [DataRequired(_l("Enter your full name.")), Readable(NAME_LENGTH)],
        filters=[cleaned],
    )
    email = StringField(
        _l("Your e-mail"),
        [DataRequired(_l("Enter your e-mail address.")), Readable(EMAIL_LENGTH), EmailAddress()],
        filters=[cleaned],
    )
    firm = StringField(_l("Your organisation"), [Optional(), Readable(FIRM_LENGTH)], filters=[cleaned])
    consent = BooleanField(CONSENT, [InputRequired(_l("Tick the box to register."))])
    consent_sensitive = BooleanField(SENSITIVE_CONSENT)


def registration_form(
    sheet: Sheet, formdata: Mapping[str, Any] | None, *, blocks: int = 1, most: int = 10
) -> RegistrationForm:
    """Return the form of *sheet* with what was sent, or an empty one with *blocks* attendees."""
    form_class = _form_class(sheet, most)
    if formdata is None:
        form = form_class(formdata=None)
        while len(form.attendees) < blocks:
            form.attendees.append_entry()
    else:
        form = form_class(formdata=formdata)
    _offer(form, sheet)
    return form


def add_attendee(form: RegistrationForm, sheet: Sheet, most: int) -> None:
    """Add a block for one more person."""
    if len(form.attendees) < most:
        form.attendees.append_entry()
        _offer(form, sheet)


def check(
    form: RegistrationForm, sheet: Sheet, most: int, told: Mapping[str, list[str]] | None = None
) -> bool:
    """Say whether the form can be sent to the service; the sentences stand at the fields.

    *told* are sentences by the name of a field, from whoever looked at the form before.
    """
    form.validate()
    _put(form, told or {})
    if len(form.attendees) > most:
        form.form_errors.append(
            _("One form can register at most %(most)s people. Send a second form for the others.", most=most)
        )
    for index, attendee in enumerate(form.attendees):
        _check_attendee(form, attendee.form, index, sheet)
    questions.check(_asked_of_contact(form, sheet), sheet.of_contact, form)
    if sheet.is_programme:
        _check_events(form, sheet)
    if _has_sensitive(form, sheet) and not form.consent_sensitive.data:
        form.consent_sensitive.errors = [
            _("Tick this box too, or clear the answers about health, food and access.")
        ]
    return not errors_of(form)


def application(form: RegistrationForm, sheet: Sheet, submit_nonce: str) -> Application:
    """Return what the form asks for, as the service takes it."""
    wording = _wording(page_locale())
    consents = [("registration", wording[0])]
    if _has_sensitive(form, sheet):
        consents.append(("sensitive", wording[1]))
    chosen = [events_of(form, attendee.form, sheet) for attendee in form.attendees]
    wishes = []
    for event_id in (spec.event_id for spec in sheet.specs):
        people = [
            _person(form, attendee.form, sheet, event_id)
            for attendee, mine in zip(form.attendees, chosen, strict=True)
            if event_id in mine
        ]
        if people:
            people[0] = _with_answers(people[0], form, sheet, event_id)
            wishes.append(Wish(event_id, tuple(people)))
    return Application(
        submit_key=submit_nonce,
        name=form.name.data,
        email=form.email.data,
        firm=form.firm.data or "",
        locale=form.locale.data if form.locale.data in LOCALES else LOCALES[0],
        wishes=tuple(wishes),
        consents=tuple(consents),
        together=sheet.is_programme and form.together.data,
    )


def events_of(form: RegistrationForm, attendee: Form, sheet: Sheet) -> list[int]:
    """Return the events that an attendee comes to: her own choice, else all that the contact chose."""
    if not sheet.is_programme:
        return [sheet.specs[0].event_id]
    chosen = attendee.events.data or form.events.data or ()
    return [spec.event_id for spec in sheet.specs if spec.slug in chosen]


def errors_of(form: RegistrationForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    found = [("name", str(sentence)) for sentence in form.form_errors]
    last = ("attendees", "consent", "consent_sensitive")
    own = [field for field in form if field.short_name not in last]
    people = [field for attendee in form.attendees for field in attendee.form]
    for field in (*own, *people, form.consent, form.consent_sensitive):
        found += [(control_id(field), str(error)) for error in field.errors]
    return found


def tell(form: RegistrationForm, refusal: Refusal) -> None:
    """Put the sentence of *refusal* at its field, or above the form."""
    if refusal.field in form and not isinstance(form[refusal.field], FieldList):
        form[refusal.field].errors = [refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)


def _put(form: RegistrationForm, told: Mapping[str, list[str]]) -> None:
    fields = [*form, *(field for attendee in form.attendees for field in attendee.form)]
    for field in fields:
        if field.name in told:
            field.errors = told[field.name]


@lru_cache(maxsize=16)
def _wording(_locale: str) -> tuple[str, str]:
    """Return the words of both consents as they are shown in the language of this request."""
    return str(CONSENT), str(SENSITIVE_CONSENT)


def _check_attendee(form: RegistrationForm, attendee: Form, index: int, sheet: Sheet) -> None:
    if index > 0 and not attendee.name.data:
        attendee.name.errors = [_("Enter the name of attendee %(number)s, or remove them.", number=index + 1)]
    event_ids = events_of(form, attendee, sheet)
    for group in sheet.categories:
        field = attendee[group.name]
        if not set(group.event_ids) & set(event_ids):
            field.errors = []
        elif not field.data and not field.errors:
            field.errors = [_("Choose a category.")]
    questions.check(_asked_of(form, attendee, sheet), sheet.of_attendees, attendee)


def _check_events(form: RegistrationForm, sheet: Sheet) -> None:
    if form.events.errors:
        return
    if not form.events.data and not any(one.form.events.data for one in form.attendees):
        form.events.errors = [_("Choose at least one event.")]
        return
    coming = [set(events_of(form, one.form, sheet)) for one in form.attendees]
    nobody = [one for one in form.events.data if sheet.by_slug[one].event_id not in set().union(*coming)]
    if nobody:
        titles = ", ".join(sheet.by_slug[one].title(page_locale())[0] for one in nobody)
        form.events.errors = [
            _("Nobody comes to %(titles)s. Choose it for somebody below, or not at all.", titles=titles)
        ]


def _asked_of(form: RegistrationForm, attendee: Form, sheet: Sheet) -> list[Asked]:
    return questions.shown(sheet.of_attendees, attendee, form, events_of(form, attendee, sheet))


def _asked_of_contact(form: RegistrationForm, sheet: Sheet) -> list[Asked]:
    chosen = {event_id for one in form.attendees for event_id in events_of(form, one.form, sheet)}
    return questions.shown(sheet.of_contact, form, form, chosen)


def _person(form: RegistrationForm, attendee: Form, sheet: Sheet, event_id: int) -> Person:
    is_contact = not attendee.name.data
    group = next((one for one in sheet.categories if event_id in one.event_ids), None)
    return Person(
        name=attendee.name.data or form.name.data,
        email=attendee.email.data or (form.email.data if is_contact else ""),
        firm=attendee.firm.data or form.firm.data or "",
        category_id=group.category_of(event_id, attendee[group.name].data) if group else None,
        answers=_answers(_asked_of(form, attendee, sheet), attendee, event_id),
    )


def _with_answers(person: Person, form: RegistrationForm, sheet: Sheet, event_id: int) -> Person:
    """Return the first of a party with what was asked once of the contact."""
    told = _answers(_asked_of_contact(form, sheet), form, event_id)
    return replace(person, answers=(*person.answers, *told))


def _answers(asked: list[Asked], form: Form, event_id: int) -> tuple[tuple[int, str], ...]:
    return tuple(
        (question_id, value)
        for one in asked
        if (value := questions.answer(one, form))
        for event, question_id in one.ids
        if event == event_id
    )


def _has_sensitive(form: RegistrationForm, sheet: Sheet) -> bool:
    told = [(one, form) for one in _asked_of_contact(form, sheet)]
    for attendee in form.attendees:
        told += [(one, attendee.form) for one in _asked_of(form, attendee.form, sheet)]
    return any(one.question.is_sensitive and questions.answer(one, whose) for one, whose in told)


def _offer(form: RegistrationForm, sheet: Sheet) -> None:
    """Let each attendee choose among what is open; a single category is chosen already."""
    events = [SelectChoice(spec.slug, spec.title(page_locale())[0]) for spec in sheet.open_specs]
    if sheet.is_programme:
        form.events.choices = events
        for attendee in form.attendees:
            attendee.form.events.choices = events
    for group in sheet.categories:
        choices = [SelectChoice(value, one.name) for value, one in group.open_now()]
        for attendee in form.attendees:
            field = attendee.form[group.name]
            field.choices = choices
            if len(choices) == 1 and not field.raw_data:
                field.data = choices[0].value


@lru_cache(maxsize=256)
def _form_class(sheet: Sheet, most: int) -> type[RegistrationForm]:
    event_ids = [spec.event_id for spec in sheet.specs]
    own: dict[str, Any] = questions.fields_of(sheet.of_contact, event_ids)
    fields: dict[str, Any] = {}
    if sheet.is_programme:
        own["events"] = MultiCheckboxField(_l("Events"), [Must()], choices=[])
        own["together"] = BooleanField(
            _l("All or nothing: register only if every event has seats for all of us")
        )
        fields["events"] = MultiCheckboxField(_l("Only some of the events"), [Optional()], choices=[])
    for group in sheet.categories:
        is_certain = len(group.event_ids) == len(event_ids)
        first: Field = Must() if is_certain else Optional()
        fields[group.name] = ChoiceField(_l("Category"), [first], choices=[])
    fields |= questions.fields_of(sheet.of_attendees, event_ids)
    attendee = type("EventAttendeeForm", (AttendeeForm,), fields)
    # One more than allowed is read, so that too many are told instead of dropped.
    attendees = FieldList(FormField(attendee), min_entries=1, max_entries=most + 1)
    return type("EventRegistrationForm", (RegistrationForm,), {**own, "attendees": attendees})
