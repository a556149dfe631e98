"""The form by which a list of guests comes in: pasted, or as a CSV file."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from registration.booking.form.registration import EMAIL_LENGTH, NAME_LENGTH
from registration.invitations.encodings import table_text
from registration.invitations.rules import MOST_GUESTS, Guest, GuestList, read_guests
from registration.organiser.shared.fields import WholeNumber
from registration.web.body_limits import are_files_dropped, dropped_sentence
from registration.web.locale import language_choices

MOST_AT_ONCE = 2000
# A pasted row: a name, an address, and as much again in columns that we do not read.
LIST_LENGTH = MOST_AT_ONCE * 2 * (NAME_LENGTH + EMAIL_LENGTH)
_SHOWN = 5


class GuestsForm(FlaskForm):
    """Whom to invite, and what holds for those of whom the list says nothing."""

    guests = TextAreaField(
        _l("Names and addresses"),
        description=_l(
            "One guest a line, as in: Ada Lovelace <ada@example.org>. Rows copied from a table "
            "work too, with or without the headings name, email, guests and language."
        ),
    )
    file = FileField(
        _l("Or a CSV file"),
        description=_l("As your spreadsheet saves it. Its lines are added to those above."),
    )
    brings = WholeNumber(
        _l("How many others each may bring"),
        [
            InputRequired(_l("Enter a number; 0 for nobody.")),
            NumberRange(0, MOST_GUESTS, _l("Enter a number from 0 to 100.")),
        ],
        default=0,
    )
    locale = SelectField(_l("Language of the email"))
    # Of what the page showed as read: another list, or other answers, are shown again before they are stored.
    seen = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale.choices = language_choices()
        self.found = GuestList((), ())

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape and read the list; lines without an address are told with their numbers."""
        is_valid = bool(super().validate(extra_validators))
        return self._take_file() and self._read() and is_valid

    def was_seen(self) -> bool:
        """Say whether the page that sent this showed what would be stored; the next one does."""
        mark = preview_mark(self.found.guests, self.brings.data, self.locale.data)
        is_seen = bool(self.seen.data == mark)
        self.seen.data = mark
        return is_seen

    def _take_file(self) -> bool:
        """Put the file's lines under those that were typed, so that they can be corrected there."""
        if are_files_dropped():
            self.file.errors = [dropped_sentence()]
            return False
        # A form that is no multipart sends the name alone.
        is_file = isinstance(self.file.data, FileStorage)
        raw = self.file.data.read() if is_file else b"\x00" if self.file.data else b""
        lines = table_text(raw)
        if "\x00" in lines:
            self.file.errors = [
                _("This is no CSV file in UTF-8. Save the table as CSV (UTF-8) and choose it again.")
            ]
            return False
        typed = (self.guests.data or "").strip("\r\n")
        self.guests.data = "\n".join(part for part in (typed, lines.strip("\r\n")) if part)
        return True

    def _read(self) -> bool:
        self.found = read_guests(self.guests.data or "")
        if self.found.unread:
            self.guests.errors = [_unread(self.found)]
        elif not self.found.guests:
            self.guests.errors = [_("Enter at least one address.")]
        elif len(self.found.guests) > MOST_AT_ONCE:
            self.guests.errors = [_("Add at most %(most)s guests at once.", most=MOST_AT_ONCE)]
        return not self.guests.errors


def preview_mark(guests: Sequence[Guest], brings: int | None, locale: str) -> str:
    """Return what tells one preview from another."""
    return hashlib.sha256(repr((tuple(guests), brings, locale)).encode()).hexdigest()


def _unread(found: GuestList) -> str:
    shown = "; ".join(f"{number}: {words}" for number, words in found.unread[:_SHOWN])
    told: str = ngettext(
        "In %(num)s line we find no address (%(shown)s). Correct or remove it; nothing was added yet.",
        "In %(num)s lines we find no address (%(shown)s). Correct or remove them; nothing was added yet.",
        len(found.unread),
        shown=shown,
    )
    return told
