"""The forms of messages and of the organiser's mail texts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional, StopValidation

from registration.booking.emails.placeholders import PLACEHOLDERS
from registration.booking.form.fields import Readable, cleaned, readable_block
from registration.booking.tasks.event_reminders import MOST_DAYS
from registration.mail.wording import unknown_placeholders
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import LINE, WholeNumber, line_field

BODY_LENGTH = 10000
# The longest that calendars ring before, in the unit that is chosen.
MOST_BEFORE = 60


class KnownPlaceholders:
    """Refuse `{names}` that nothing is put in the place of: they would go out as they were typed."""

    def __call__(self, _form: Form, field: Field) -> None:
        unknown = unknown_placeholders(field.data or "", PLACEHOLDERS)
        if unknown:
            raise StopValidation(
                ngettext(
                    "There is no %(unknown)s. You can write: %(known)s.",
                    "These are not known: %(unknown)s. You can write: %(known)s.",
                    len(unknown),
                    unknown=", ".join(f"{{{one}}}" for one in unknown),
                    known=", ".join(f"{{{one}}}" for one in PLACEHOLDERS),
                )
            )


def _subject() -> StringField:
    return StringField(
        _l("Subject"),
        [DataRequired(_l("Enter a subject.")), Readable(LINE), KnownPlaceholders()],
        filters=[cleaned],
    )


class MessageForm(FlaskForm):
    """A message to many."""

    subject = _subject()
    body = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Enter the text.")), Readable(BODY_LENGTH), KnownPlaceholders()],
        filters=[readable_block],
        description=_l("An empty line begins a new paragraph."),
    )


class TextForm(SharedForm):
    """An organiser's own words for one kind of mail in one language."""

    subject = _subject()
    body = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Enter the text.")), Readable(BODY_LENGTH), KnownPlaceholders()],
        filters=[readable_block],
        description=_l("The first line is the heading. An empty line begins a new paragraph."),
    )

    def words(self) -> dict[str, str]:
        """Return what it says."""
        return {"subject": self.subject.data, "body": self.body.data}


class ChoicesForm(SharedForm):
    """What the mails of an event do."""

    beside: ClassVar[Mapping[str, Sequence[str]]] = {"alarm_before": ("alarm_unit",)}

    reminder_days = WholeNumber(
        _l("Days before the event to remind those who have a seat"),
        [Optional(), NumberRange(0, MOST_DAYS, _l("Enter a number from 0 to 60, or nothing."))],
        description=_l("In the morning, in the time of the event. Empty: nobody is reminded."),
    )
    attaches_ticket = BooleanField(_l("Attach the tickets as PDF when a seat is confirmed"))
    alarm_before = WholeNumber(
        _l("Let calendars remind those who have a seat, so long before"),
        [Optional(), NumberRange(0, MOST_BEFORE, _l("Enter a number from 0 to 60, or nothing."))],
        description=_l("Empty: each calendar reminds as its reader has set it."),
    )
    alarm_unit = SelectField(
        _l("Minutes, hours or days"),
        choices=[
            SelectChoice("1", _l("minutes")),
            SelectChoice("60", _l("hours")),
            SelectChoice("1440", _l("days")),
        ],
        default="60",
    )
    calendar_note = line_field(
        _l("Text in the calendar of those who have a seat"),
        length=500,
    )

    def fill(self, stored: Mapping[str, Any]) -> None:
        """Put what is *stored* (services.stored_choices) into the form."""
        self.reminder_days.data = stored["reminder_days"]
        self.attaches_ticket.data = stored["attaches_ticket"]
        self.show_alarm(stored["alarm_before"])
        self.calendar_note.data = stored["calendar_note"]

    def alarm_minutes(self) -> int | None:
        """Return how many minutes before the start calendars ring."""
        before = self.alarm_before.data
        return None if before is None else int(before) * int(self.alarm_unit.data)

    def show_alarm(self, minutes: int | None) -> None:
        """Show *minutes* in the largest unit that says them."""
        unit = next((one for one in (1440, 60) if minutes and minutes % one == 0), 1)
        self.alarm_unit.data = str(unit)
        self.alarm_before.data = None if minutes is None else minutes // unit
