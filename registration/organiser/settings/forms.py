"""The form of an organiser's settings."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from registration.booking.emails.calendar_part import ATTACHMENT, INVITATION, NONE
from registration.organiser.shared.concurrent_form import SharedForm


class SettingsForm(SharedForm):
    """What holds for all events of an organiser."""

    calendar_mail = RadioField(
        _l("What our emails carry for the calendar"),
        [InputRequired(_l("Choose one of the three."))],
        choices=[
            SelectChoice(
                INVITATION,
                _l("An invitation: it appears in the calendar and follows each email. Best for most people"),
            ),
            SelectChoice(
                ATTACHMENT,
                _l("A plain file to open: nobody is asked to accept anything, and it does not follow"),
            ),
            SelectChoice(NONE, _l("Nothing: only the address of a feed to subscribe to")),
        ],
        description=_l("Answers to invitations go to the sender of the emails, never to your own address."),
    )
