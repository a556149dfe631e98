"""Forms that change who comes to what: another category or session, one more person, another event."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from registration.booking.form import questions
from registration.booking.form.definition import FormDefinition
from registration.booking.form.fields import ChoiceField, MultiCheckboxField
from registration.booking.form.labels import reads
from registration.booking.form.people import (
    KeyedForm,
    answers_in,
    askable,
    check_sensitive,
    errors_of,
    firm_field,
    name_field,
    optional_email_field,
)
from registration.booking.form.registration import word_agreements
from registration.booking.queries.bookings import Companion
from registration.booking.rules import Person, session_clash
from registration.core.refusal import Refusal
from registration.web.locale import page_locale


class ChoiceForm(KeyedForm):
    """Category and sessions of one attendee, added by event."""


class PersonForm(ChoiceForm):
    """One more person of a party; category, sessions and questions are added by event."""

    name = name_field(_l("Full name"))
    email = optional_email_field(_l("E-mail"))
    firm = firm_field(_l("Organisation"))
    consent_sensitive = BooleanField()


def choice_form(
    definition: FormDefinition, person: Companion, picked: Iterable[int], formdata: Mapping[str, Any] | None
) -> ChoiceForm:
    """Return the form with what *person* has now, or with what was sent."""
    known = {"category": str(person.category_id or ""), "sessions": [str(one) for one in picked]}
    form: ChoiceForm = _choice_class(definition, page_locale())(formdata=formdata, data=known)
    _offer(form, definition, keep=known["category"])
    return form


def person_form(definition: FormDefinition, firm: str, formdata: Mapping[str, Any] | None) -> PersonForm:
    """Return the form for one more person, who is of the same *firm* unless she says otherwise."""
    form: PersonForm = _person_class(definition, page_locale())(formdata=formdata, data={"firm": firm})
    word_agreements(form, definition)
    _offer(form, definition)
    return form


def move_form(
    definition: FormDefinition, people: Sequence[Companion], formdata: Mapping[str, Any] | None
) -> KeyedForm:
    """Return the form that asks for everybody's category at another event, where it has categories."""
    fields = {
        _category_name(one.id): ChoiceField(one.name, [_must_choose()], choices=[])
        for one in people
        if definition.categories
    }
    form: KeyedForm = type("MoveForm", (KeyedForm,), fields)(formdata=formdata)
    for name in fields:
        _offer_categories(form[name], definition)
    return form


def check_choice(form: ChoiceForm, definition: FormDefinition) -> bool:
    """Say whether the choice can be asked for; the sentences stand at the fields."""
    form.validate()
    picked = [one for value, (_spec, one) in definition.sessions.items() if value in sessions_in(form)]
    if clash := session_clash(picked):
        form["sessions"].errors = [clash]
    return not errors_of(form)


def check_person(form: PersonForm, definition: FormDefinition, *, has_agreed: bool) -> bool:
    """Say whether the person can be added."""
    check_choice(form, definition)
    known = askable(definition.of_attendees)
    event_ids = [spec.event_id for spec in definition.specs]
    questions.check(questions.shown(known, form, form, event_ids), known, form)
    check_sensitive(form, known, has_agreed=has_agreed)
    return not errors_of(form)


def person_in(form: PersonForm, definition: FormDefinition) -> Person:
    """Return who is added."""
    event_ids = [spec.event_id for spec in definition.specs]
    answers = answers_in(form, askable(definition.of_attendees), form, event_ids)
    return Person(
        name=form.name.data,
        email=form.email.data or "",
        firm=form.firm.data or "",
        category_id=category_in(form),
        answers=tuple((question, value) for question, value in answers if value),
        sessions=tuple(int(one) for one in sessions_in(form)),
    )


def category_in(form: KeyedForm, name: str = "category") -> int | None:
    return int(form[name].data) if name in form and form[name].data else None


def sessions_in(form: KeyedForm) -> list[str]:
    return list(form["sessions"].data or ()) if "sessions" in form else []


def categories_in(form: KeyedForm, people: Sequence[Companion]) -> dict[int, int | None]:
    """Return everybody's category at the other event, by the attendee's id."""
    return {one.id: category_in(form, _category_name(one.id)) for one in people}


def category_fields(form: KeyedForm, people: Sequence[Companion]) -> list[Field]:
    """Return the fields in which everybody's category at the other event is chosen."""
    return [form[_category_name(one.id)] for one in people if _category_name(one.id) in form]


def tell_at(form: KeyedForm, refusal: Refusal) -> None:
    """Put the sentence of *refusal* at its field, or above the form."""
    if refusal.field is not None and refusal.field in form:
        form[refusal.field].errors = [refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)


def _category_name(attendee_id: int) -> str:
    return f"category-{attendee_id}"


def _must_choose() -> InputRequired:
    return InputRequired(_l("Choose a category."))


def _offer(form: KeyedForm, definition: FormDefinition, keep: object = "") -> None:
    if definition.categories:
        _offer_categories(form["category"], definition, keep)
    if definition.sessions:
        form["sessions"].choices = [
            SelectChoice(value, reads(one, "name")) for value, (_spec, one) in definition.sessions.items()
        ]


def _offer_categories(field: Field, definition: FormDefinition, keep: object = "") -> None:
    """Offer what is open to everybody, and what she is of already: no code is asked here."""
    [group] = definition.categories
    open_now = dict(group.open_now())
    field.choices = [
        SelectChoice(value, reads(ours[0][1], "name"))
        for value, ours in group.choices
        if value == keep or (value in open_now and not ours[0][1].access_code)
    ]
    if len(field.choices) == 1 and not field.raw_data:
        field.data = field.choices[0].value


def _choices(definition: FormDefinition) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    if definition.categories:
        fields["category"] = ChoiceField(_l("Category"), [_must_choose()], choices=[])
    if definition.sessions:
        fields["sessions"] = MultiCheckboxField(_l("Sessions"), [Optional()], choices=[])
    return fields


@lru_cache(maxsize=256)
def _choice_class(definition: FormDefinition, _locale: str) -> type[ChoiceForm]:
    """Return the form's class; the organiser's words in it are those of the reader's language."""
    return type("EventChoiceForm", (ChoiceForm,), _choices(definition))


@lru_cache(maxsize=256)
def _person_class(definition: FormDefinition, _locale: str) -> type[PersonForm]:
    event_ids = [spec.event_id for spec in definition.specs]
    fields = _choices(definition) | questions.fields_of(askable(definition.of_attendees), event_ids)
    return type("EventPersonForm", (PersonForm,), fields)
