"""Who of a form comes to what, and what each is asked therefore."""

from wtforms import Form

from registration.booking.form import questions
from registration.booking.form.definition import FormDefinition, FormQuestion
from registration.booking.form.registration import RegistrationForm
from registration.booking.form.spec import SessionChoice


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
    return group.meant.get((event_id, attendee[group.name].data)) if group else None


def sessions_of(attendee: Form, definition: FormDefinition, event_id: int) -> list[SessionChoice]:
    """Return the sessions of an event that an attendee picked."""
    picked = attendee.sessions.data or () if definition.sessions else ()
    return [
        one
        for value, (spec, one) in definition.sessions.items()
        if spec.event_id == event_id and value in picked
    ]
