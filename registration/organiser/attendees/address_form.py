"""The form that corrects the address of a registration."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from registration.booking.form.fields import EmailAddress, Readable, cleaned_address
from registration.booking.form.registration import EMAIL_LENGTH


class AddressForm(FlaskForm):
    """Where a booking's mail goes from now on."""

    email = StringField(
        _l("New email address"),
        [DataRequired(_l("Enter the new email address.")), Readable(EMAIL_LENGTH), EmailAddress()],
        filters=[cleaned_address],
    )
