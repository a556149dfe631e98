"""The form of who finds an event and who may register."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, ValidationError
from wtforms.fields.choices import SelectChoice

from registration.booking.form.fields import ChoiceField
from registration.events.models import PUBLIC, UNLISTED, Event
from registration.organiser.access.services import WaysIn, code_field, values_of, ways_of
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import line_field

CODE_LENGTH = 60


class OneWord:
    """Refuse a code that people would type as several words."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        code = field.data or ""
        if " " in code or "," in code:
            raise ValidationError(_("Enter the code as one word, without blanks and commas."))
        if code and len(code) < 4:
            raise ValidationError(_("Enter at least 4 characters, or nobody needs to guess for long."))


class WaysInForm(SharedForm):
    """Who finds the event and who may register; the categories' codes are added by event."""

    visibility = ChoiceField(
        _l("Who finds it"),
        choices=[
            SelectChoice(PUBLIC, _l("Everyone: it stands on the front page, in feeds and search engines")),
            SelectChoice(UNLISTED, _l("Whoever has the link: it stands in no list, feed or search engine")),
        ],
    )
    by_invitation = BooleanField(_l("By invitation only: the public form takes nobody"))
    access_code = line_field(_l("Access code of the event"), length=CODE_LENGTH)


def ways_in_form(event: Event, *, is_sent: bool) -> WaysInForm:
    """Return the form of *event*, filled with what is stored unless it was sent."""
    fields: dict[str, Any] = {
        code_field(category.id): line_field(
            _l("Access code of %(name)s", name=category.name), length=CODE_LENGTH
        )
        for category in event.categories
    }
    form: WaysInForm = type("EventWaysInForm", (WaysInForm,), fields)(
        **({} if is_sent else {"formdata": None})
    )
    for field in form:
        if field.name.startswith("access_code"):
            field.validators = [*field.validators, OneWord()]
    if not is_sent:
        values = values_of(ways_of(event))
        for name, value in values.items():
            form[name].data = value
        form.shows(values)
    return form


def ways_in(form: WaysInForm, event: Event) -> WaysIn:
    """Return what the form says."""
    codes = {category.id: form[code_field(category.id)].data or "" for category in event.categories}
    return WaysIn(form.visibility.data, form.by_invitation.data, form.access_code.data or "", codes)
