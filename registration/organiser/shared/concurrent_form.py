"""What forms have in common that two colleagues may have open at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

from flask import flash, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, HiddenField

from registration.core.optimistic_lock import ChangedMeanwhile, marks
from registration.web.field_values import spoken_value

# So many colleagues may save between two looks at what is stored.
_TRIES = 3
T = TypeVar("T")


class SharedForm(FlaskForm):
    """A form that carries marks of what it showed (core/optimistic_lock.py)."""

    revision = HiddenField()
    is_overtaken = False
    # Fields that say more of another one, by its name: they go along with it.
    beside: ClassVar[Mapping[str, Sequence[str]]] = {}
    stored: Callable[[], Self] | None = None

    def shows(self, stored: Mapping[str, object]) -> None:
        """Note what is stored while the form is shown."""
        self.revision.data = marks(stored)

    def seen(self) -> str:
        """Return the marks of what was shown."""
        return self.revision.data or ""

    def takes_along(self, changed: ChangedMeanwhile) -> bool:
        """Take over what only the other has changed; say whether that is all, and fits with what was typed.

        *stored*, which the view gives the form, makes one of what is stored now.
        """
        if self.stored is None or changed.names:
            return False
        if any(name not in self for name in changed.theirs):
            return False
        self._adopt(self.stored(), changed.theirs)
        self.revision.data = changed.seen
        return bool(self.validate())

    def overtaken(self, changed: ChangedMeanwhile) -> None:
        """Ask about what both have changed; what was typed stays, and saving again overwrites that.

        What only the other has changed stands in the form from now on.
        """
        if self.stored is None:
            raise changed
        stored = self.stored()
        self.is_overtaken = True
        self._adopt(stored, changed.theirs)
        self.revision.data = changed.seen
        fields = [field for field in self if field.name in changed.names]
        if not fields:
            self.form_errors.append(
                _(
                    "Someone else has saved this while you had it open. What they changed stands here "
                    "now, and does not go together with what you typed. Look at both, and save again."
                )
            )
            return
        self.form_errors.append(
            _(
                "Someone else has saved this while you had it open, and changed: %(what)s. What you "
                "typed is still here. Save again to overwrite what they saved.",
                what=_labels(fields),
            )
        )
        for field in fields:
            if not isinstance(field, FieldList):
                field.errors = [_("They saved: %(value)s", value=spoken_value(stored[field.name]))]

    def _adopt(self, stored: Self, names: Sequence[str]) -> None:
        for name in names:
            for one in (name, *self.beside.get(name, ())):
                if one in self and one in stored:
                    field: Any = stored[one]
                    # As if it had been sent: a field that must be filled looks at that.
                    field.raw_data = _as_sent(field)
                    self._fields[one] = field
                    setattr(self, one, field)


def save_merged(form: FlaskForm, save: Callable[[], T]) -> T:
    """Save what was sent along with what a colleague has saved in other fields meanwhile, and say so.

    *save* reads *form* each time. Raises ChangedMeanwhile where both have changed the same.
    """
    merged: list[Field] = []
    for _try in range(_TRIES):
        try:
            saved = save()
        except ChangedMeanwhile as changed:
            if not (isinstance(form, SharedForm) and form.takes_along(changed)):
                raise
            merged += [form[name] for name in changed.theirs]
        else:
            break
    else:
        saved = save()
    if merged and request.method != "GET":
        sentence = _(
            "Someone else has saved this while you had it open, and changed: %(what)s. That "
            "stays as they saved it.",
            what=_labels(merged),
        )
        flash(sentence)
    return saved


def _as_sent(field: Any) -> list[str] | None:
    if field.data is None or isinstance(field, FieldList):
        return None
    if hasattr(field, "_value"):
        return [field._value()]
    return [str(one) for one in field.data] if isinstance(field.data, list) else [str(field.data)]


def _labels(fields: Sequence[Field]) -> str:
    return ", ".join(f"“{field.label.text}”" for field in fields)
