"""What stands in a field of a form, as people read it."""

from flask_babel import gettext as _
from wtforms import BooleanField, Field, SelectField

_LENGTH = 120


def spoken_value(field: Field) -> str:
    """Return what stands in *field* in words, cut where it is long."""
    if isinstance(field, BooleanField):
        return str(_("yes") if field.data else _("no"))
    if isinstance(field, SelectField):
        chosen = [str(one.label or one.value) for one in field.iter_choices() if one.selected]
        return ", ".join(chosen) or str(_("nothing"))
    text = str(_("nothing") if field.data in (None, "") else field.data)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"
