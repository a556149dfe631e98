"""What a form asks for: who comes to what, what each is asked therefore, and all of it for the service."""

from dataclasses import replace

from wtforms import Form

from registration.booking.form import questions
from registration.booking.form.definition import FormDefinition, FormQuestion
from registration.booking.form.registration import RegistrationForm
from registration.booking.form.spec import SessionChoice
from registration.booking.rules import Application, Person, Wish
from registration.core.languages import offered


def events_of(form: RegistrationForm, attendee: Form, definition: FormDefinition) -> list[int]:
    """Return the events that an attendee comes to: her own choice, else all that the contact chose."""
    if not definition.is_programme:
        return [definition.specs[0].event_id]
    chosen = attendee.events.data or form.events.data or ()
    return [spec.event_id for spec in definition.specs if spec.slug in chosen]


def asked_of(form: RegistrationForm, attendee: Form, definition: FormDefinition) -> list[FormQuestion]:
    return questions.shown(definition.of_attendees, attendee, form, events_of(form, attendee, definition))


def asked_of_contact(form: RegistrationForm, definition: FormDefinition) -> list[FormQuestion]:
    chosen = {event_id for one in form.attendees for event_id in events_of(form, one.form, definition)}
    return questions.shown(definition.of_contact, form, form, chosen)


def has_sensitive(form: RegistrationForm, definition: FormDefinition) -> bool:
    told = [(one, form) for one in asked_of_contact(form, definition)]
    for attendee in form.attendees:
        told += [(one, attendee.form) for one in asked_of(form, attendee.form, definition)]
    return any(one.question.is_sensitive and questions.answer(one, whose) for one, whose in told)


def category_of(attendee: Form, definition: FormDefinition, event_id: int) -> int | None:
    """Return the category of an event that an attendee chose, or None."""
    group = next((one for one in definition.categories if event_id in one.event_ids), None)
    ours = dict(group.choices).get(attendee[group.name].data, ()) if group else ()
    return next((one.id for event, one in ours if event == event_id), None)


def sessions_of(attendee: Form, definition: FormDefinition, event_id: int) -> list[SessionChoice]:
    """Return the sessions of an event that an attendee picked."""
    picked = attendee.sessions.data or () if definition.sessions else ()
    return [
        one
        for value, (spec, one) in definition.sessions.items()
        if spec.event_id == event_id and value in picked
    ]


def application(form: RegistrationForm, definition: FormDefinition, submit_nonce: str) -> Application:
    """Return what the form asks for, as the service takes it."""
    # As they were shown, in the language of this request.
    consents = [("registration", str(form.consent.label.text))]
    if has_sensitive(form, definition):
        consents.append(("sensitive", str(form.consent_sensitive.label.text)))
    chosen = [events_of(form, attendee.form, definition) for attendee in form.attendees]
    wishes = []
    for event_id in (spec.event_id for spec in definition.specs):
        people = [
            _person(form, attendee.form, definition, event_id)
            for attendee, mine in zip(form.attendees, chosen, strict=True)
            if event_id in mine
        ]
        if people:
            people[0] = _with_answers(people[0], form, definition, event_id)
            wishes.append(Wish(event_id, tuple(people), form.flexible.data and len(people) > 1))
    return Application(
        submit_key=submit_nonce,
        name=form.name.data,
        email=form.email.data,
        firm=form.firm.data or "",
        locale=offered(form.locale.data),
        wishes=tuple(wishes),
        consents=tuple(consents),
        together=definition.is_programme and form.together.data,
        code=form.code.data or "",
    )


def _person(form: RegistrationForm, attendee: Form, definition: FormDefinition, event_id: int) -> Person:
    is_contact = not attendee.name.data
    return Person(
        name=attendee.name.data or form.name.data,
        email=attendee.email.data or (form.email.data if is_contact else ""),
        firm=attendee.firm.data or form.firm.data or "",
        category_id=category_of(attendee, definition, event_id),
        sessions=tuple(one.id for one in sessions_of(attendee, definition, event_id)),
        answers=_answers(asked_of(form, attendee, definition), attendee, event_id),
    )


def _with_answers(
    person: Person, form: RegistrationForm, definition: FormDefinition, event_id: int
) -> Person:
    """Return the first of a party with what was asked once of the contact."""
    told = _answers(asked_of_contact(form, definition), form, event_id)
    return replace(person, answers=(*person.answers, *told))


def _answers(asked: list[FormQuestion], form: Form, event_id: int) -> tuple[tuple[int, str], ...]:
    return tuple(
        (question_id, value)
        for one in asked
        if (value := questions.answer(one, form))
        for event, question_id in one.ids
        if event == event_id
    )
