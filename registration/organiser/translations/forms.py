"""The forms for words in another language: one field for each text, the own text under it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, TextAreaField
from wtforms.validators import Optional

from registration.booking.form.fields import Readable, readable_block
from registration.events.models import Event, Programme, Question
from registration.events.queries import words
from registration.events.services import Text
from registration.events.wording import FIELDS, Translatable, parts_of
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import LINE, TEXT, line_field
from registration.organiser.translations.services import (
    OWN_WORDS,
    choice_field,
    field_of,
    worded,
    words_of,
    words_of_programme,
)

_CHOICE = 200
LENGTHS = {"name": 100, "hint": 300, "label": 300, "purpose": 300, "retention": 200}
Words = dict[str, Any]


class TextForm(SharedForm):
    """Title, sentence and description; an event's parts are added by event."""

    def text(self, code: str) -> Text:
        """Return the words of the whole."""
        return Text(code, self.title.data, self.summary.data or "", self.description.data or "")

    def note(self) -> str:
        """Return the text for calendars, empty where the event has none."""
        return (self["calendar_note"].data or "") if "calendar_note" in self else ""

    def parts(self, event: Event) -> Mapping[tuple[str, int], Words]:
        """Return the words of each part, by table and id."""
        found: dict[tuple[str, int], Words] = {}
        for part in parts_of(event):
            typed: Words = {
                field: self[field_of(part, field)].data for field in worded(part) if field != "choices"
            }
            if isinstance(part, Question):
                said = {one: self[choice_field(part, one)].data for one in part.choice_ids}
                typed["choices"] = {one: words for one, words in said.items() if words}
            found[(part.__tablename__, part.id)] = typed
        return found


def text_form(event: Event, code: str, *, is_sent: bool = True) -> TextForm:
    """Return the form of *event* in *code*, with what is stored, or what was sent where it *is_sent*."""
    own = words(event, event.locale)
    fields = _own_fields()
    originals = {name: getattr(own, name) for name in fields}
    if event.calendar_note:
        fields["calendar_note"] = line_field(_l("Text in the calendar of those who have a seat"), length=500)
        originals["calendar_note"] = event.calendar_note
    for part in parts_of(event):
        for field in _single(part):
            name = field_of(part, field)
            fields[name] = _field(part, field)
            originals[name] = getattr(part, field)
        for name, label, words_now in _choice_fields(part):
            fields[name] = line_field(label, length=_CHOICE)
            originals[name] = words_now
    form = _form(fields, words_of(event, code), originals, event.locale, is_sent)
    form.stored = lambda: text_form(event, code, is_sent=False)
    return form


def programme_form(programme: Programme, code: str, *, is_sent: bool = True) -> TextForm:
    """Return the form of *programme* in *code*, with what is stored, or what was sent where it *is_sent*."""
    fields = _own_fields()
    originals = {name: getattr(programme, name) for name in fields}
    form = _form(fields, words_of_programme(programme, code), originals, programme.locale, is_sent)
    form.stored = lambda: programme_form(programme, code, is_sent=False)
    return form


def own_group(form: TextForm) -> list[tuple[str, list[Field]]]:
    """Return the fields of the whole, be it an event or a programme, under their heading."""
    names = [name for name in (*OWN_WORDS, "calendar_note") if name in form]
    return [(_("What"), [form[name] for name in names])]


def groups(form: TextForm, event: Event) -> list[tuple[str, list[Field]]]:
    """Return the fields under their headings, empty groups left out."""
    found = own_group(form)
    for heading, parts in (
        (_("Categories"), event.categories),
        (_("Sessions"), event.sessions),
        (_("Questions"), event.questions),
    ):
        fields = [form[name] for part in parts for name in _names(part)]
        if fields:
            found.append((heading, fields))
    return found


def _single(part: Translatable) -> list[str]:
    return [field for field in worded(part) if field != "choices"]


def _choice_fields(part: Translatable) -> list[tuple[str, str, str]]:
    """Return (name of the field, its label, own words) of each choice of a question."""
    if not isinstance(part, Question):
        return []
    return [
        (choice_field(part, one), _("Choice of “%(title)s”", title=part.label), words)
        for one, words in zip(part.choice_ids, part.choices, strict=True)
    ]


def _names(part: Translatable) -> list[str]:
    return [
        *(field_of(part, field) for field in _single(part)),
        *(name for name, _label, _words in _choice_fields(part)),
    ]


def _own_fields() -> dict[str, Any]:
    return {
        "title": line_field(_l("Title"), length=LINE, required=_l("Enter a title.")),
        "summary": line_field(_l("In one sentence"), length=500),
        "description": _area(_l("Description"), TEXT),
    }


def _form(
    fields: Mapping[str, Any], values: Words, originals: Words, own_locale: str, is_sent: bool
) -> TextForm:
    """Return a form of *fields* that shows under each the text it stands for."""
    sent: dict[str, None] = {} if is_sent else {"formdata": None}
    form: TextForm = type("WordsForm", (TextForm,), dict(fields))(data=values, **sent)
    if not form.seen():
        form.shows(values)
    for name, original in originals.items():
        if original:
            form[name].description = Markup('<span lang="{}">{}</span>').format(own_locale, original)
    return form


def _field(part: Translatable, field: str) -> Field:
    title = getattr(part, FIELDS[type(part)][0])
    labels = {
        "hint": _("Hint of “%(title)s”", title=title),
        "purpose": _("Why “%(title)s” is asked", title=title),
        "retention": _("How long the answers to “%(title)s” are kept", title=title),
    }
    return line_field(labels.get(field, title), length=LENGTHS[field])


def _area(label: Any, length: int) -> TextAreaField:
    return TextAreaField(label, validators=[Optional(), Readable(length)], filters=[readable_block])
