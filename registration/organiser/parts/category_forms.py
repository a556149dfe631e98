"""The forms of one category."""

from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import NumberRange, Optional

from registration.events.services import CategoryFacts
from registration.organiser.event.forms import CategoryForm
from registration.organiser.shared.fields import Moment, WholeNumber, line_field, moment_of


class CategoryLimitForm(FlaskForm):
    """A category; a new one also has its *capacity*."""

    name = line_field(_l("Category"), length=100, required=_l("Enter a name."))
    hint = line_field(_l("Who belongs to it"), length=300)
    priority = WholeNumber(
        _l("Turn in the line"),
        [Optional(), NumberRange(0, 100, _l("Enter a number from 0 to 100."))],
        description=_l("Who waits in a category with a higher number gets free seats first. Empty: 0."),
    )
    opens_at = Moment(_l("Opens for it"), [Optional()])
    closes_at = Moment(_l("Closes for it"), [Optional()])

    def facts(self, zone: ZoneInfo) -> CategoryFacts:
        """Return what the form says."""
        return CategoryFacts(
            self.name.data,
            self.hint.data or "",
            self.priority.data or 0,
            moment_of(self.opens_at, zone) if self.opens_at.data else None,
            moment_of(self.closes_at, zone) if self.closes_at.data else None,
        )


class NewCategoryForm(CategoryLimitForm):
    """A new category, with seats of its own or without."""

    capacity = CategoryForm.capacity
