"""What forms have in common that two colleagues may have open at once."""

from collections.abc import Callable, Mapping
from typing import Self

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, HiddenField, SelectField

from registration.core.optimistic_lock import ChangedMeanwhile, marks

_LENGTH = 120


class SharedForm(FlaskForm):
    """A form that carries marks of what it showed (core/meanwhile.py)."""

    revision = HiddenField()
    is_overtaken = False
    stored: Callable[[], Self] | None = None

    def shows(self, stored: Mapping[str, object]) -> None:
        """Note what is stored while the form is shown."""
        self.revision.data = marks(stored)

    def seen(self) -> str:
        """Return the marks of what was shown."""
        return self.revision.data or ""

    def overtaken(self, changed: ChangedMeanwhile) -> None:
        """Say what was changed, and to what; what was typed stays, and saving again overwrites that.

        *stored*, which the view gives the form, makes one of what is stored now.
        """
        if self.stored is None:
            raise changed
        stored = self.stored()
        self.is_overtaken = True
        self.revision.data = changed.seen
        fields = [field for field in self if field.name in changed.names]
        self.form_errors.append(
            _(
                "Somebody else has saved this while you had it open, and changed: %(what)s. What you typed "
                "is still here. Save again to overwrite what they saved.",
                what=", ".join(f"“{field.label.text}”" for field in fields),
            )
        )
        for field in fields:
            if not isinstance(field, FieldList):
                field.errors = [_("They saved: %(value)s", value=_said(stored[field.name]))]


def _said(field: Field) -> str:
    """Return what stands in *field*, as people read it."""
    if isinstance(field, BooleanField):
        return str(_("yes") if field.data else _("no"))
    if isinstance(field, SelectField):
        chosen = [str(one.label or one.value) for one in field.iter_choices() if one.selected]
        return ", ".join(chosen) or str(_("nothing"))
    text = str(_("nothing") if field.data in (None, "") else field.data)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"
