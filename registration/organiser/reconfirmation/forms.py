"""The form that says when to ask who still comes."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired, NumberRange

from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import WholeNumber
from registration.reconfirm.rules import MOST_DAYS


class ReconfirmForm(SharedForm):
    """Whether to ask, when, until when to answer, and what silence means."""

    asks = BooleanField(_l("Ask everyone with a seat whether they still come"))
    asks_days = WholeNumber(
        _l("Ask so many days before"),
        [
            InputRequired(_l("Enter a number of days.")),
            NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 365.")),
        ],
    )
    answer_days = WholeNumber(
        _l("The answer is due so many days before"),
        [
            InputRequired(_l("Enter a number of days.")),
            NumberRange(0, MOST_DAYS - 1, _l("Enter a number of days from 0 to 364.")),
        ],
    )
    frees_seat = BooleanField(_l("Who has not answered by then loses the seat"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape, then that the two days are in their order."""
        if not super().validate(extra_validators):
            return False
        asks, answers = int(self.asks_days.data or 0), int(self.answer_days.data or 0)
        if answers >= asks:
            self.answer_days.errors = [_("The answer must be due after the question: enter fewer days.")]
        elif self.frees_seat.data and answers == 0:
            self.answer_days.errors = [
                _("A seat that is freed when the event begins helps nobody: enter at least 1 day.")
            ]
        return not self.answer_days.errors
