"""The forms that assign a seat and merge two registrations."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, NumberRange

from registration.organiser.shared.fields import WholeNumber, line_field
from registration.web.url_converters import LAST


class SeatForm(FlaskForm):
    """Why somebody gets a seat by hand."""

    reason = line_field(_l("Reason"), length=300)


class MergeForm(FlaskForm):
    """Which other registration is the same people."""

    other = WholeNumber(
        _l("Number of the other registration"),
        [
            InputRequired(_l("Enter the number of the registration that is to end.")),
            NumberRange(1, LAST, _l("There is no such registration.")),
        ],
    )
