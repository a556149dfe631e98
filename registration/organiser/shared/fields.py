"""Fields of the back office's forms: whole numbers, local times, lines of text."""

import re
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
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
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


class DayOrMoment(Moment):
    """A moment, or a date alone where the form asks for whole days; either is shown again as typed."""

    asks_day = False
    is_day_alone = False

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = " ".join(valuelist).strip()
        self.is_day_alone = bool(_DAY.fullmatch(typed))
        super().process_formdata([f"{typed} 00:00"] if self.is_day_alone else valuelist)

    def _value(self) -> str:
        if self.data is None or not (self.asks_day or self.is_day_alone):
            return str(super()._value())
        return str(self.data.strftime("%Y-%m-%d" if self.asks_day else "%Y-%m-%dT%H:%M"))

    def __call__(self, **kwargs: Any) -> Any:
        return super().__call__(**kwargs | {"type": "date" if self.asks_day else "datetime-local"})


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
