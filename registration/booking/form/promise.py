"""The most that a form of an event takes, for the limits of its body (web/body_limits.py)."""

from collections.abc import Iterable

from registration.booking.form.definition import FormDefinition, FormQuestion
from registration.booking.form.questions import ANSWER_LENGTH
from registration.booking.form.registration import CODE_LENGTH, EMAIL_LENGTH, FIRM_LENGTH, NAME_LENGTH
from registration.events.asking import CHOICES, FILE
from registration.web.body_limits import Promise

# How many whole files one request may bring; those that came stay and need not come again.
FILES_AT_ONCE = 5
# Keys, language, choices of category and session, ticks.
_AROUND = Promise(4000, 40)
_CONTACT = Promise(NAME_LENGTH + EMAIL_LENGTH + 2 * FIRM_LENGTH + CODE_LENGTH, 6)
_PERSON = Promise(NAME_LENGTH + EMAIL_LENGTH + FIRM_LENGTH, 4)


def definition_promise(definition: FormDefinition, people: int, file_size: int = 0) -> Promise:
    """Return the most that the form of *definition* takes for so many *people*."""
    choices = Promise(40 * len(definition.specs), len(definition.specs)) + Promise(
        40 * len(definition.sessions), len(definition.sessions)
    )
    found = _AROUND + _CONTACT + choices + _answers(definition.of_contact)
    one = _PERSON + choices + _answers(definition.of_attendees)
    found += Promise(one.characters * people, one.fields * people)
    if definition.asks_files and file_size:
        found += Promise(0, 2 * FILES_AT_ONCE, FILES_AT_ONCE, file_size)
    return found


def _answers(asked: Iterable[FormQuestion]) -> Promise:
    found = Promise(0, 0)
    for one in asked:
        choices = one.question.choice_ids
        many = len(choices) if one.question.kind == CHOICES else 1
        length = max([ANSWER_LENGTH, *(many * len(choice) for choice in choices)])
        # A file has a control to choose it, one that names it and one that takes it back.
        found += Promise(length, 3 if one.question.kind == FILE else many)
    return found
