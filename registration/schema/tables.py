"""Every table of the house, known by importing the features that own them."""

from registration.accounts import models as accounts
from registration.booking import models as booking
from registration.capability import models as capability
from registration.core import submissions, throttle
from registration.core.database import Model
from registration.events import models as events
from registration.firms import models as firms
from registration.ical import models as ical
from registration.journal import models as journal
from registration.mail import models as mail
from registration.organiser.mailing import models as organiser
from registration.reconfirm import models as reconfirm
from registration.seats import models as seats

FEATURES = (
    accounts,
    booking,
    capability,
    events,
    firms,
    ical,
    journal,
    mail,
    organiser,
    reconfirm,
    seats,
    submissions,
    throttle,
)
TABLES = Model.metadata.sorted_tables
