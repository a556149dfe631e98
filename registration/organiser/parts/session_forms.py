"""The forms of one session."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, NumberRange, Optional

from registration.booking.event_settings.sessions import SessionFacts
from registration.organiser.shared.fields import OUT_OF_RANGE, Moment, WholeNumber, line_field, moment_of
from registration.seats import rules


class SessionForm(FlaskForm):
    """A part of the event that people pick."""

    name = line_field(_l("Name of the session"), length=100, required=_l("Enter the session's name."))
    hint = line_field(_l("In one sentence"), length=300)
    starts_at = Moment(_l("Starts"), [InputRequired(_l("Enter when it starts."))])
    ends_at = Moment(_l("Ends"), [InputRequired(_l("Enter when it ends."))])

    def facts(self, zone: ZoneInfo) -> SessionFacts:
        """Return what the form says."""
        return SessionFacts(
            self.name.data,
            moment_of(self.starts_at, zone),
            moment_of(self.ends_at, zone),
            self.hint.data or "",
        )


class NewSessionForm(SessionForm):
    """A new session, with seats of its own or without."""

    seats = WholeNumber(
        _l("Seats of its own"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Empty: as many as the event has."),
    )

    def facts(self, zone: ZoneInfo) -> SessionFacts:
        """Return what the form says."""
        return replace(super().facts(zone), seats=self.seats.data)
