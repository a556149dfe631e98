"""The forms of a booking's page: what was typed when registering, to be corrected or handed on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional

from registration.booking.form import questions
from registration.booking.form.definition import FormDefinition, FormQuestion
from registration.booking.form.fields import (
    EmailAddress,
    NoLink,
    Readable,
    cleaned,
    cleaned_address,
    control_id,
)
from registration.booking.form.registration import (
    EMAIL_LENGTH,
    FIRM_LENGTH,
    NAME_LENGTH,
    word_agreements,
)
from registration.booking.form.validation import errors_of_people
from registration.booking.queries.bookings import Companion
from registration.core.refusal import Refusal
from registration.events import asking
from registration.web.locale import language_choices, page_locale

MOST = 100


def name_field(label: Any) -> StringField:
    """Return a field for a name that must be there."""
    must = DataRequired(_l("Enter the full name."))
    return StringField(label, [must, Readable(NAME_LENGTH), NoLink()], filters=[cleaned])


def email_field(label: Any) -> StringField:
    """Return a field for an address that must be there."""
    must = DataRequired(_l("Enter the e-mail address."))
    return StringField(label, [must, Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned_address])


def optional_email_field(label: Any) -> StringField:
    """Return a field for an address that may be left out."""
    return StringField(label, [Optional(), Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned_address])


def firm_field(label: Any) -> StringField:
    """Return a field for an organisation."""
    return StringField(label, [Optional(), Readable(FIRM_LENGTH), NoLink()], filters=[cleaned])


class KeyedForm(FlaskForm):
    """A form that carries the key of its page instead of a cookie (web/guards.py).

    *seen* are the marks of what it showed, where it changes what is written (core/optimistic_lock.py).
    """

    seen = HiddenField()

    class Meta:
        csrf = False


class ContactForm(KeyedForm):
    """Who is told of the booking, where, and in which language."""

    name = name_field(_l("Your full name"))
    email = email_field(_l("Your e-mail"))
    locale = SelectField(_l("Language of our mails"), choices=language_choices())


class SuccessorForm(KeyedForm):
    """Who is asked to take a seat over."""

    name = name_field(_l("Full name of the new person"))
    email = email_field(_l("Their e-mail"))
    firm = firm_field(_l("Their organisation"))


class OwnSeatForm(KeyedForm):
    """How an attendee with an address of her own is called, and where she works."""

    name = name_field(_l("Full name"))
    firm = firm_field(_l("Organisation"))


class LinksForm(KeyedForm):
    """The address whose links are sent again."""

    email = email_field(_l("Your e-mail"))


class _Person(Form):
    id = HiddenField()
    name = name_field(_l("Full name"))
    email = optional_email_field(_l("E-mail"))
    firm = firm_field(_l("Organisation"))


class PeopleForm(KeyedForm):
    """The attendees of one registration; questions are added by event."""

    consent_sensitive = BooleanField()


class TakingForm(KeyedForm):
    """What the person who takes a seat over says; questions are added by event."""

    name = name_field(_l("Your full name"))
    firm = firm_field(_l("Your organisation"))
    consent = BooleanField(validators=[InputRequired(_l("Tick the box to take the seat."))])
    consent_sensitive = BooleanField()


def people_form(
    definition: FormDefinition,
    people: Sequence[Companion],
    answers: Mapping[int, Mapping[int, str]],
    formdata: Mapping[str, Any] | None,
) -> PeopleForm:
    """Return the form of *people* with what they answered, or with what was sent.

    What the contact was asked lies with the first of them.
    """
    rows: list[dict[str, Any]] = [
        {"id": one.id, "name": one.name, "email": one.email, "firm": one.firm}
        | _known(definition.of_attendees, answers.get(one.id, {}))
        for one in people
    ]
    own = _known(definition.of_contact, answers.get(people[0].id, {})) if people else {}
    form: PeopleForm = _people_class(definition, page_locale())(
        formdata=formdata, data={**own, "attendees": rows}
    )
    word_agreements(form, definition)
    by_id = {str(one.id): one for one in people}
    for attendee in form.attendees:
        known = by_id.get(attendee.form.id.data or "")
        _put_category(attendee.form, definition, known)
    return form


def taking_form(
    definition: FormDefinition, person: Companion | None, formdata: Mapping[str, Any] | None, **known: str
) -> TakingForm:
    """Return the form for whoever takes the seat of *person* over, with what is *known* of her."""
    form: TakingForm = _taking_class(definition, page_locale())(formdata=formdata, data=known)
    word_agreements(form, definition)
    _put_category(form, definition, person)
    return form


def check_people(
    form: PeopleForm,
    definition: FormDefinition,
    told: Mapping[str, list[str]] | None = None,
    *,
    has_agreed: bool,
) -> bool:
    """Say whether the form can be saved; *has_agreed* to what is sensitive, some time before.

    *told* are sentences by the name of a field, from whoever looked at the form before.
    """
    form.validate()
    for field in [*form, *(field for attendee in form.attendees for field in attendee.form)]:
        field.errors = (told or {}).get(field.name, field.errors)
    _check_questions(form, definition.of_contact, form, definition)
    for attendee in form.attendees:
        _check_questions(attendee.form, definition.of_attendees, form, definition)
    people = [attendee.form for attendee in form.attendees]
    is_sensitive = _is_sensitive(form, definition.of_contact) or any(
        _is_sensitive(one, definition.of_attendees) for one in people
    )
    _check_consent(form, needs=is_sensitive and not has_agreed)
    return not errors_of(form)


def check_taking(form: TakingForm, definition: FormDefinition, *, is_alone: bool) -> bool:
    """Say whether the seat can be taken over with this form."""
    form.validate()
    asked = taken_questions(definition, is_alone=is_alone)
    _check_questions(form, asked, form, definition)
    _check_consent(form, needs=_is_sensitive(form, asked))
    return not errors_of(form)


def taken_questions(definition: FormDefinition, *, is_alone: bool) -> list[FormQuestion]:
    """Return what whoever takes a seat over is asked: of a party, only what is asked of each."""
    known = definition.questions if is_alone else definition.of_attendees
    return askable(known)


def askable(asked: Iterable[FormQuestion]) -> list[FormQuestion]:
    """Return the questions that a person's own forms ask beside those of her registration: no files."""
    return [one for one in asked if one.question.kind != asking.FILE]


def answers_in(
    form: Form, asked: Iterable[FormQuestion], contact: Form, event_ids: Collection[int]
) -> tuple[tuple[int, str], ...]:
    """Return (question, answer) for all of *asked*; what was cleared or is not asked of her is empty."""
    known = list(asked)
    shown = {one.name for one in questions.shown(known, form, contact, event_ids)}
    return tuple((one.ids[0][1], questions.answer(one, form) if one.name in shown else "") for one in known)


def concerning(
    form: Form, asked: Iterable[FormQuestion], *, is_choosing: bool = False
) -> list[tuple[FormQuestion, Field]]:
    """Return the questions for people of her category, each with its field.

    Where she *is_choosing* her category on the same page, all of them.
    """
    return [(one, form[one.name]) for one in asked if is_choosing or questions.is_of_category(one, form)]


def check_sensitive(form: Any, asked: Iterable[FormQuestion], *, has_agreed: bool) -> None:
    """Ask for the agreement to what is sensitive, unless there is one."""
    _check_consent(form, needs=_is_sensitive(form, asked) and not has_agreed)


def errors_of(form: FlaskForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    own = [field for field in form if not isinstance(field, FieldList)]
    own = [field for field in own if not isinstance(field, HiddenField)]
    people = [field for attendee in getattr(form, "attendees", ()) for field in attendee.form]
    visible = [field for field in (*people, *own) if not isinstance(field, HiddenField)]
    first = control_id(visible[0]) if visible else "main"
    found = [(first, str(sentence)) for sentence in form.form_errors]
    found += errors_of_people(form)
    for field in own:
        found += [(control_id(field), str(error)) for error in field.errors]
    return found


def tell(form: FlaskForm, refusal: Refusal) -> None:
    """Put the sentence of *refusal* above the form."""
    form.form_errors.append(refusal.sentence)


def _known(asked: Iterable[FormQuestion], answers: Mapping[int, str]) -> dict[str, Any]:
    """Return what was answered, as the fields take it."""
    found: dict[str, Any] = {}
    for one in asked:
        value = answers.get(one.ids[0][1], "")
        if one.question.kind in (asking.YES, asking.CONSENT):
            found[one.name] = value == asking.TICKED
        elif one.question.kind == asking.CHOICES:
            found[one.name] = [choice for choice in value.split("\n") if choice]
        else:
            found[one.name] = value
    return found


def _put_category(form: Form, definition: FormDefinition, person: Companion | None) -> None:
    """Say which category she is of: whom a question is for hangs on it, and she does not choose it here."""
    for group in definition.categories:
        form[group.name].data = str(person.category_id) if person else ""


def _check_questions(
    form: Form, asked: Iterable[FormQuestion], contact: Form, definition: FormDefinition
) -> None:
    known = list(asked)
    event_ids = [spec.event_id for spec in definition.specs]
    questions.check(questions.shown(known, form, contact, event_ids), known, form)


def _is_sensitive(form: Form, asked: Iterable[FormQuestion]) -> bool:
    return any(one.question.is_sensitive and questions.answer(one, form) for one in asked)


def _check_consent(form: Any, *, needs: bool) -> None:
    if needs and not form.consent_sensitive.data:
        form.consent_sensitive.errors = [
            _("Tick this box too, or clear the answers about health, food and access.")
        ]


@lru_cache(maxsize=256)
def _people_class(definition: FormDefinition, _locale: str) -> type[PeopleForm]:
    """Return the form's class; the organiser's words in it are those of the reader's language."""
    event_ids = [spec.event_id for spec in definition.specs]
    fields = _categories(definition) | questions.fields_of(definition.of_attendees, event_ids)
    person = type("EventPersonForm", (_Person,), fields)
    own = questions.fields_of(definition.of_contact, event_ids)
    attendees = FieldList(FormField(person), min_entries=1, max_entries=MOST)
    return type("EventPeopleForm", (PeopleForm,), {**own, "attendees": attendees})


@lru_cache(maxsize=256)
def _taking_class(definition: FormDefinition, _locale: str) -> type[TakingForm]:
    event_ids = [spec.event_id for spec in definition.specs]
    fields = _categories(definition) | questions.fields_of(askable(definition.questions), event_ids)
    return type("EventTakingForm", (TakingForm,), fields)


def _categories(definition: FormDefinition) -> dict[str, Field]:
    return {group.name: HiddenField() for group in definition.categories}
