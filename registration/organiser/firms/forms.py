"""The form that says who looks after the people of a firm."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from registration.booking.form.fields import EmailAddress, NoLink, Readable, cleaned, cleaned_address
from registration.booking.form.registration import EMAIL_LENGTH, FIRM_LENGTH, NAME_LENGTH
from registration.web.locale import language_choices


class CoordinatorForm(FlaskForm):
    """A firm as its people write it, and who gets the link."""

    firm = StringField(
        _l("Organisation"),
        [DataRequired(_l("Enter the name of the organisation.")), Readable(FIRM_LENGTH), NoLink()],
        filters=[cleaned],
        description=_l("As its people write it when they register; capitals and accents do not matter."),
    )
    name = StringField(
        _l("Full name of who looks after them"),
        [DataRequired(_l("Enter the full name.")), Readable(NAME_LENGTH), NoLink()],
        filters=[cleaned],
    )
    email = StringField(
        _l("Their email"),
        [DataRequired(_l("Enter the email address.")), Readable(EMAIL_LENGTH), EmailAddress()],
        filters=[cleaned_address],
    )
    locale = SelectField(_l("Language of the email"), choices=language_choices())
