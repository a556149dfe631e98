"""The fields that our forms are made of: they say in our words what is wrong, and lose nothing typed."""

import re
from datetime import date

from flask_babel import gettext as _
from wtforms import Field, Form, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, DateInput, ListWidget

from registration.core import text

_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?")


class Readable:
    """Refuse what cannot be stored or shown, and what is longer than *length* characters."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Form, field: Field) -> None:
        value = field.data or ""
        if not text.is_readable(value):
            raise StopValidation(_("This contains characters that we cannot store. Type it again."))
        if len(value) > self.length:
            raise StopValidation(
                _(
                    "Use %(most)s characters or fewer. You entered %(count)s.",
                    most=self.length,
                    count=len(value),
                )
            )


class EmailAddress:
    """Refuse what cannot be an e-mail address (RFC 5321); look-alikes pass."""

    def __call__(self, _form: Form, field: Field) -> None:
        try:
            text.normal_email(field.data or "")
        except ValueError:
            raise ValidationError(_why_no_address(text.plain(field.data or ""))) from None
        if not text.is_mailable(field.data or ""):
            raise ValidationError(
                _("Email cannot reach this address. Before the @, use only the letters a to z.")
            )


def _why_no_address(typed: str) -> str:
    """Return what to change in what was *typed*."""
    local, _at, domain = typed.rpartition("@")
    if '"' in typed:
        return str(_("Email cannot reach this address. Enter it without quotation marks."))
    if any(part != part.strip(".") or ".." in part for part in (local, domain)):
        return str(_("Leave out the dot at the beginning or end of this address, or one of two in a row."))
    if " " in typed:
        return str(_("Enter one email address, without a name and without spaces."))
    return str(_("Enter an email address in the correct format, like name@example.org."))


class NoLink:
    """Refuse web addresses: the text is mailed to people who did not ask for it."""

    def __call__(self, _form: Form, field: Field) -> None:
        if text.holds_link(field.data or ""):
            raise ValidationError(_("Enter this without a web address."))


class Must:
    """Mark a field as one that must be filled; whether it is asked of this person is decided later."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it so

    def __call__(self, _form: Form, _field: Field) -> None:
        return


def cleaned(value: str | None) -> str | None:
    """Return a line as it will be stored; unreadable text stays as typed, to be refused and shown."""
    return text.line(value) if value and text.is_readable(value) else value


def cleaned_address(value: str | None) -> str | None:
    """Return an address or a code as it will be stored: full-width letters and digits as plain ones."""
    return text.plain(value) if value and text.is_readable(value) else value


def readable_block(value: str | None) -> str | None:
    """Return an answer's lines as they will be stored."""
    return text.block(value) if value and text.is_readable(value) else value


class ChoiceField(RadioField):
    """Radios that say in our words what to do when something else was sent."""

    def pre_validate(self, form: Form) -> None:
        if self.data and not any(match for _value, _label, match, *_rest in self.iter_choices()):
            raise ValidationError(_("Choose one of the options that are listed."))


class MultiCheckboxField(SelectMultipleField):
    """Boxes of which any number may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        known = {value for value, *_rest in self.iter_choices()}
        if not known.issuperset(self.data or ()):
            raise ValidationError(_("Choose among the options that are listed."))


class NumberField(StringField):
    """A number, kept as it is written, with a point before its decimals."""

    def pre_validate(self, form: Form) -> None:
        if self.data and not _NUMBER.fullmatch(self.data):
            raise ValidationError(_("Enter a number, as in 12 or 2.5."))

    @property
    def answer(self) -> str:
        return (self.data or "").replace(",", ".")


class DayField(StringField):
    """A date, kept as 2026-12-11."""

    widget = DateInput()

    def pre_validate(self, form: Form) -> None:
        if self.data and not _is_day(self.data):
            raise ValidationError(_("Enter a date, as in 2026-12-11."))


class FileAnswerField(StringField):
    """The value of a file that we have already; the file itself comes beside it (services/uploads.py)."""

    @property
    def filename(self) -> str:
        return (self.data or "").partition("/")[2]


def control_id(field: Field) -> str:
    """A group of choices has no control of its own name; its first choice has."""
    if isinstance(field, FileAnswerField):
        return f"{field.id}-file"
    return f"{field.id}-0" if isinstance(field, RadioField | SelectMultipleField) else str(field.id)


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and date.fromisoformat(value).year >= 1900
    except ValueError:
        return False
