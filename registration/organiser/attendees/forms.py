"""The form that cancels a registration."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
)

from registration.organiser.shared.fields import line_field


class CancelForm(FlaskForm):
    """Why a registration is cancelled, and whether its person is told."""

    reason = line_field(_l("Reason"), length=300)
    tells = BooleanField(_l("Tell the person by email"), default=True)
