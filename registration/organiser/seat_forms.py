"""The forms about seats in the back office: shape and sentences."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from registration.organiser.forms import WholeNumber
from registration.seats import rules
from registration.seats.gate import Terms

NOT_BELOW_ZERO = _l("Enter a number of at least 0.")


class CapacityForm(FlaskForm):
    """Another capacity for one limit."""

    wanted = WholeNumber(
        _l("Seats"),
        [
            InputRequired(_l("Enter how many seats there should be.")),
            NumberRange(0, rules.MOST_SEATS, _l("Enter a capacity between 0 and 1000000.")),
        ],
    )
    overbooking = WholeNumber(
        _l("Let in beyond the seats"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, NOT_BELOW_ZERO)],
        description=_l("Some never come. So many more are let in on purpose; only you see it."),
    )
    overbooking_unit = RadioField(
        _l("Counted in"),
        [Optional()],
        choices=[SelectChoice("people", _l("people")), SelectChoice("percent", _l("percent"))],
        default="people",
    )
    reserve = WholeNumber(
        _l("Seats kept back"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, NOT_BELOW_ZERO)],
        description=_l("Your reserve: nobody gets these but by your hand, from the waitlist."),
    )

    def terms(self) -> Terms:
        """Return what is asked, once the form is valid."""
        is_percent = self.overbooking_unit.data == "percent"
        return Terms(self.wanted.data or 0, self.overbooking.data or 0, is_percent, self.reserve.data or 0)
