"""How many forms and files one office may send: a rush of colleagues passes, a flood is slowed."""

from datetime import timedelta

from flask import current_app, request
from flask_babel import gettext as _

from registration.booking.answers.uploads import kept_for
from registration.booking.rules import Application
from registration.core import clock
from registration.core.networks import is_this_machine, machine_of, office_of
from registration.core.refusal import Refusal
from registration.core.throttle import Limit, give_back, take

MINUTE, TEN_MINUTES, HOUR = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
# People whom the forms of one machine may register for one event within a minute: four forms of ten.
PEOPLE_A_MINUTE = 40
# Bytes of files that one office, and that all together, may send while a file stays whose form was left.
FILES_OF_OFFICE, FILES_OF_ALL = 60_000_000, 2_000_000_000


class TooManyForms(Refusal):
    """More came from one network than a rush of colleagues would send; *retry_after* are seconds."""

    status = 429
    code = "too-many-forms"
    retry_after = 60


class TooManyFiles(TooManyForms):
    """More files came than we keep for a day."""

    code = "too-many-files"
    retry_after = 3600


def count_form(application: Application) -> None:
    """Count a form that is whole, before it registers anybody. Raises TooManyForms: it may be sent again.

    Who answers a personal invitation is known, and not counted.
    """
    if application.invitation_id is not None or _is_development():
        return
    machine, office = machine_of(request.remote_addr), office_of(request.remote_addr)
    of_machine, of_office = current_app.config["FORMS_PER_CLIENT"], current_app.config["FORMS_PER_NETWORK"]
    limits = [
        Limit(f"forms:{machine}", max(1, of_machine // 2), MINUTE),
        Limit(f"forms:{machine}", of_machine, TEN_MINUTES),
        Limit(f"forms-of:{office}", of_office, HOUR),
    ]
    for wish in application.wishes:
        people = len(wish.people)
        # One form alone always passes, however many people it may name.
        a_minute, an_hour = max(PEOPLE_A_MINUTE, people), max(of_office, people)
        limits += [
            Limit(f"people:{machine}:{wish.event_id}", a_minute, MINUTE, people),
            Limit(f"people-of:{office}:{wish.event_id}", an_hour, HOUR, people),
        ]
    until = take(*limits)
    if until is not None:
        refusal = TooManyForms(
            _(
                "Many forms came from your network just now, so this one was not taken yet. Everything you "
                "typed is still here: wait a minute and press the button again. If that goes on for an hour, "
                "write to the organiser."
            )
        )
        refusal.retry_after = max(1, int((until - clock.now()).total_seconds()) + 1)
        raise refusal


def count_file(size: int) -> None:
    """Count the bytes of a file before it is kept, whatever becomes of its form. Raises TooManyFiles."""
    window = kept_for(current_app.config["FORM_HOURS"])
    office = Limit(f"files:{office_of(request.remote_addr)}", FILES_OF_OFFICE, window, size)
    if take(office) is not None:
        raise TooManyFiles(
            _(
                "Too many files came from your network today, so this one was not kept. Send the form "
                "without it and bring the file later, or try again tomorrow."
            )
        )
    if take(Limit("files", FILES_OF_ALL, window, size)) is not None:
        give_back(office)
        raise TooManyFiles(
            _(
                "So many files came here today that we cannot keep any more, so this one was not kept. Send "
                "the form without it and bring the file later, or try again tomorrow."
            )
        )


def _is_development() -> bool:
    """Say whether somebody tries the program on her own machine."""
    return current_app.config["ENV"] != "production" and is_this_machine(request.remote_addr)
