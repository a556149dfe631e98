"""The forms for words in another language: one field for each text, the own text under it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, Form, TextAreaField, ValidationError
from wtforms.validators import Optional

from registration.booking.fields import Readable, readable_block
from registration.events.models import Event, Programme
from registration.events.queries import words
from registration.events.services import Text
from registration.events.wording import FIELDS, Part, parts_of
from registration.organiser.forms import LINE, TEXT, line_field

LENGTHS = {"name": 100, "hint": 300, "label": 300}
Words = dict[str, Any]


class TextForm(FlaskForm):
    """Title, sentence and description; an event's parts are added by event."""

    def text(self, code: str) -> Text:
        """Return the words of the whole."""
        return Text(code, self.title.data, self.summary.data or "", self.description.data or "")

    def parts(self, event: Event) -> Mapping[tuple[str, int], Words]:
        """Return the words of each part, by table and id."""
        found: dict[tuple[str, int], Words] = {}
        for part in parts_of(event):
            typed = {field: self[_name(part, field)].data for field in _worded(part)}
            if typed.get("choices"):
                typed["choices"] = typed["choices"].split("\n")
            found[(part.__tablename__, part.id)] = typed
        return found


def text_form(event: Event, code: str) -> TextForm:
    """Return the form of *event* in the language *code*, with what was sent or what is stored."""
    own = words(event, event.locale)
    fields = _own_fields()
    stored = next((text for text in event.texts if text.locale == code), None)
    values: Words = {name: getattr(stored, name, "") for name in fields}
    originals = {name: getattr(own, name) for name in fields}
    for part in parts_of(event):
        for field in _worded(part):
            name, original = _name(part, field), getattr(part, field)
            there = part.translations.get(code, {}).get(field, "")
            fields[name] = _field(part, field)
            values[name] = "\n".join(there) if field == "choices" else there
            originals[name] = "\n".join(original) if field == "choices" else original
    return _form(fields, values, originals, event.locale)


def programme_form(programme: Programme, code: str) -> TextForm:
    """Return the form of *programme* in the language *code*, with what was sent or what is stored."""
    fields = _own_fields()
    originals = {name: getattr(programme, name) for name in fields}
    return _form(fields, programme.translations.get(code, {}), originals, programme.locale)


def own_group(form: TextForm) -> list[tuple[str, list[Field]]]:
    """Return the fields of the whole, be it an event or a programme, under their heading."""
    return [(_("What"), [form.title, form.summary, form.description])]


def groups(form: TextForm, event: Event) -> list[tuple[str, list[Field]]]:
    """Return the fields under their headings, empty groups left out."""
    found = own_group(form)
    for heading, parts in (
        (_("Categories"), event.categories),
        (_("Sessions"), event.sessions),
        (_("Questions"), event.questions),
    ):
        fields = [form[_name(part, field)] for part in parts for field in _worded(part)]
        if fields:
            found.append((heading, fields))
    return found


class _SameLines:
    """Ask for as many lines as the question has choices: each stands for the one in its place."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, _form: Form, field: Field) -> None:
        if len(field.data.split("\n")) != self.count:
            raise ValidationError(
                _("Enter %(count)s choices, one a line, in the order of the own ones.", count=self.count)
            )


def _own_fields() -> dict[str, Any]:
    return {
        "title": line_field(_l("Title"), length=LINE, required=_l("Enter a title.")),
        "summary": line_field(_l("In one sentence"), length=500),
        "description": _area(_l("Description"), TEXT),
    }


def _form(fields: Mapping[str, Any], values: Words, originals: Words, own_locale: str) -> TextForm:
    """Return a form of *fields* that shows under each the text it stands for."""
    form: TextForm = type("WordsForm", (TextForm,), dict(fields))(data=values)
    for name, original in originals.items():
        if original:
            form[name].description = Markup('<span lang="{}">{}</span>').format(own_locale, original)
    return form


def _worded(part: Part) -> list[str]:
    """Only what has words of its own can be translated."""
    return [field for field in FIELDS[type(part)] if getattr(part, field)]


def _name(part: Part, field: str) -> str:
    return f"{part.__tablename__}-{part.id}-{field}"


def _field(part: Part, field: str) -> Field:
    title = getattr(part, FIELDS[type(part)][0])
    if field == "choices":
        area = _area(_("Choices of “%(title)s”", title=title), 2000)
        area.kwargs["validators"].append(_SameLines(len(getattr(part, field))))
        return area
    label = _("Hint of “%(title)s”", title=title) if field == "hint" else title
    return line_field(label, length=LENGTHS[field])


def _area(label: Any, length: int) -> TextAreaField:
    return TextAreaField(label, validators=[Optional(), Readable(length)], filters=[readable_block])
