"""The form that cancels an event."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import InputRequired

from registration.organiser.shared.fields import line_field


class CancelEventForm(FlaskForm):
    """Why the event does not take place."""

    reason = line_field(_l("Reason"), length=300)
    sure = BooleanField(
        _l("Yes, cancel the event"), [InputRequired(_l("Tick this box to cancel the event."))]
    )
