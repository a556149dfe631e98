"""The forms of a booking's page: what was typed when registering, to be corrected or handed on."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from registration.booking.forms import (
    CONSENT,
    EMAIL_LENGTH,
    FIRM_LENGTH,
    NAME_LENGTH,
    SENSITIVE_CONSENT,
    ChoiceField,
    EmailAddress,
    Readable,
    _question_field,
    _question_name,
    cleaned,
)
from registration.booking.formspec import FormSpec
from registration.booking.queries import Companion
from registration.core.refusal import Refusal
from registration.web.locale import LOCALES

MOST = 100


def _name(label: Any) -> StringField:
    must = DataRequired(_l("Enter the full name."))
    return StringField(label, [must, Readable(NAME_LENGTH)], filters=[cleaned])


def _email(label: Any) -> StringField:
    must = DataRequired(_l("Enter the e-mail address."))
    return StringField(label, [must, Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned])


def _firm(label: Any) -> StringField:
    return StringField(label, [Optional(), Readable(FIRM_LENGTH)], filters=[cleaned])


LANGUAGES = [SelectChoice(code, Locale.parse(code).get_display_name(code)) for code in LOCALES]


class KeyedForm(FlaskForm):
    """A form that carries the key of its page instead of a cookie (web/guards.py)."""

    class Meta:
        csrf = False


class ContactForm(KeyedForm):
    """Who is told of the booking, where, and in which language."""

    name = _name(_l("Your full name"))
    email = _email(_l("Your e-mail"))
    locale = SelectField(
        _l("Language of our mails"),
        choices=LANGUAGES,
    )


class SuccessorForm(KeyedForm):
    """Who is asked to take a seat over."""

    name = _name(_l("Full name of the new person"))
    email = _email(_l("Their e-mail"))
    firm = _firm(_l("Their organisation"))


class LinksForm(KeyedForm):
    """The address whose links are sent again."""

    email = _email(_l("Your e-mail"))


class _Person(Form):
    id = HiddenField()
    name = _name(_l("Full name"))
    email = StringField(_l("E-mail"), [Optional(), Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned])
    firm = _firm(_l("Organisation"))


class PeopleForm(KeyedForm):
    """The attendees of one registration; questions are added by event."""

    consent_sensitive = BooleanField(SENSITIVE_CONSENT)


class TakingForm(KeyedForm):
    """What the person who takes a seat over says; questions are added by event."""

    name = _name(_l("Your full name"))
    firm = _firm(_l("Your organisation"))
    consent = BooleanField(CONSENT, [InputRequired(_l("Tick the box to take the seat."))])
    consent_sensitive = BooleanField(SENSITIVE_CONSENT)


def people_form(
    spec: FormSpec,
    people: Sequence[Companion],
    answers: Mapping[int, Mapping[int, str]],
    formdata: Mapping[str, Any] | None,
) -> PeopleForm:
    """Return the form of *people* with what they answered, or with what was sent."""
    rows = [
        {"id": one.id, "name": one.name, "email": one.email, "firm": one.firm}
        | {_question_name(asked): answers.get(one.id, {}).get(asked.id, "") for asked in spec.questions}
        for one in people
    ]
    form: PeopleForm = _people_class(spec)(formdata=formdata, data={"attendees": rows})
    return form


def taking_form(spec: FormSpec, formdata: Mapping[str, Any] | None, **known: str) -> TakingForm:
    """Return the form for whoever takes a seat over, with what is *known* of her."""
    form: TakingForm = _taking_class(spec)(formdata=formdata, data=known)
    return form


def check_people(form: PeopleForm, spec: FormSpec, *, has_agreed: bool) -> bool:
    """Say whether the form can be saved; *has_agreed* to what is sensitive, some time before."""
    is_valid = bool(form.validate())
    sensitive = any(has_sensitive(attendee.form, spec) for attendee in form.attendees)
    return _check_consent(form, needs=sensitive and not has_agreed) and is_valid


def check_taking(form: TakingForm, spec: FormSpec) -> bool:
    """Say whether the seat can be taken over with this form."""
    is_valid = bool(form.validate())
    return _check_consent(form, needs=has_sensitive(form, spec)) and is_valid


def answers_in(form: Form, spec: FormSpec) -> tuple[tuple[int, str], ...]:
    """Return (question, answer) for all that is asked; what was cleared is empty."""
    found = []
    for question in spec.questions:
        value = form[_question_name(question)].data
        if question.kind == "yes":
            value = "yes" if value else ""
        found.append((question.id, str(value or "").strip()))
    return tuple(found)


def has_sensitive(form: Form, spec: FormSpec) -> bool:
    """Say whether something about health, food or access was answered."""
    return any(form[_question_name(one)].data for one in spec.questions if one.is_sensitive)


def question_fields(form: Form, spec: FormSpec) -> list[Field]:
    """Return the fields of the organiser's questions, in their order."""
    return [form[_question_name(one)] for one in spec.questions]


def errors_of(form: FlaskForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    first = next(field for field in form if not isinstance(field, HiddenField | FieldList))
    found = [(str(first.id), str(sentence)) for sentence in form.form_errors]
    for field in _flat(form):
        control = f"{field.id}-0" if isinstance(field, ChoiceField) else str(field.id)
        found += [(control, str(error)) for error in field.errors]
    return found


def tell(form: FlaskForm, refusal: Refusal) -> None:
    """Put the sentence of *refusal* above the form."""
    form.form_errors.append(refusal.sentence)


def _check_consent(form: PeopleForm | TakingForm, *, needs: bool) -> bool:
    if not needs or form.consent_sensitive.data:
        return True
    form.consent_sensitive.errors = [
        _("Tick this box too, or clear the answers about health, food and access.")
    ]
    return False


def _flat(form: FlaskForm) -> list[Field]:
    people = [field for attendee in getattr(form, "attendees", ()) for field in attendee.form]
    return people + [field for field in form if not isinstance(field, FieldList)]


@lru_cache(maxsize=256)
def _people_class(spec: FormSpec) -> type[PeopleForm]:
    person = type("EventPersonForm", (_Person,), _questions(spec))
    attendees = FieldList(FormField(person), min_entries=1, max_entries=MOST)
    return type("EventPeopleForm", (PeopleForm,), {"attendees": attendees})


@lru_cache(maxsize=256)
def _taking_class(spec: FormSpec) -> type[TakingForm]:
    return type("EventTakingForm", (TakingForm,), _questions(spec))


def _questions(spec: FormSpec) -> dict[str, Field]:
    return {_question_name(question): _question_field(question) for question in spec.questions}
