"""Bound how many access codes one machine may try."""

from flask import request
from flask_babel import gettext as _

from registration.booking.form.definition import FormDefinition
from registration.booking.form.registration import RegistrationForm
from registration.core.networks import machine_of
from registration.core.refusal import Refusal
from registration.core.throttle import Limit, give_back, take
from registration.events.rules import opens

# Wrong codes in an hour from one machine for one form: a whole office may mistype, nobody guesses.
TRIES = 30


class TooManyCodes(Refusal):
    """Somebody seems to guess."""

    status = 429
    code = "too-many-codes"


def count_code(definition: FormDefinition, form: RegistrationForm) -> None:
    """Count the code that was typed, before it is judged. Raises TooManyCodes.

    A right one is uncounted again: colleagues behind one address may all register.
    """
    typed = form.code.data
    if not definition.asks_code or not typed:
        return
    limit = Limit(f"code:{machine_of(request.remote_addr)} {definition.purpose}", TRIES)
    if take(limit):
        raise TooManyCodes(_("Too many wrong codes. Wait an hour, or contact the organiser."), field="code")
    codes = [spec.access_code for spec in definition.specs]
    codes += [one.access_code for spec in definition.specs for one in spec.categories]
    if any(opens(code, typed) for code in codes if code):
        give_back(limit)
