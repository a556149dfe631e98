"""Fields of the back office's forms: whole numbers, local times, lines of text."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    Field,
    FieldList,
    IntegerField,
    StringField,
)
from wtforms.validators import DataRequired, Optional

from registration.booking.form.fields import Readable, cleaned, control_id
from registration.organiser.shared.local_times import moment_in

LINE = 200
TEXT = 20000
_YEARS = range(1970, 3000)
WHOLE = _l("Enter a whole number.")
_NO_MOMENT = _l("Enter a date and time, as in 2026-12-11 14:00.")


class WholeNumber(IntegerField):
    """A number that says in our words when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = int(valuelist[0].strip())
        except ValueError:
            self.data = None
            raise ValueError(str(WHOLE)) from None


class Moment(DateTimeLocalField):
    """A local date and time, as browsers send it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NO_MOMENT) from None
        # At either end of the calendar there is no such moment in another zone.
        if self.data is not None and self.data.year not in _YEARS:
            raise ValueError(_NO_MOMENT)


def line_field(label: Any, *, length: int = LINE, required: Any = None) -> StringField:
    """Return a field for one line of text; *required* is the sentence when it is empty."""
    first = DataRequired(required) if required else Optional()
    return StringField(label, [first, Readable(length)], filters=[cleaned])


def errors_of(form: FlaskForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    found: list[tuple[str, str]] = [("main", str(sentence)) for sentence in form.form_errors]
    for field in form:
        inner = [one for entry in field for one in entry.form] if isinstance(field, FieldList) else [field]
        found += [(control_id(one), str(error)) for one in inner for error in one.errors]
    return found


def moment_of(field: Field, zone: ZoneInfo) -> datetime:
    """Return the moment that a field's local time is in *zone*."""
    # An hour that comes twice means its first time: nobody minds when registration opens.
    return moment_in(field.data, zone)


OUT_OF_RANGE = _l("Enter a number from 0 to 1000000.")
