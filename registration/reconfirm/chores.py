"""What the worker does by itself: ask who still comes, and free the seats of who did not answer."""

from flask_babel import force_locale
from flask_babel import gettext as _

from registration.booking.changes.cancel import cancel
from registration.booking.changes.target import Target
from registration.core.background_loop import each
from registration.core.database import db
from registration.journal.services import SYSTEM
from registration.reconfirm.queries import Silent, events_to_ask, silent, to_remind
from registration.reconfirm.services import ask_again, ask_some, note_silence
from registration.seats.attendance import HolderIsIn
from registration.web.filters import moment
from registration.web.locale import babel_name


def reconfirm() -> int:
    """Ask, and free; return how many parties that touched. Any number of workers may do it at once."""
    return ask_who_comes() + ask_the_silent_again() + free_silent_seats()


def ask_who_comes() -> int:
    """Ask everybody whom it is time to ask."""
    return each(ask_some, list(events_to_ask(db.session())), "reconfirmation")


def ask_the_silent_again() -> int:
    """Ask once more whom silence is about to cost the seat: a mail may have been overlooked."""
    ids = to_remind(db.session())
    return ask_again(ids) if ids else 0


def free_silent_seats() -> int:
    """Free the seats of those who were told so and stayed silent; the next in line gets them at once."""
    return each(_freed, list(silent(db.session())), "silent")


def _freed(one: Silent) -> int:
    if not note_silence(one.registration_id):
        return 0
    with force_locale(babel_name(one.locale)):
        reason = _(
            "We asked whether you still come, and had no answer by %(when)s.",
            when=moment(one.deadline_at, one.time_zone),
        )
    try:
        cancel(Target(one.event_id, one.registration_id, one.booking_id), SYSTEM, reason, by="silence")
    except HolderIsIn:
        # She came without a word, and is in.
        return 0
    return 1
