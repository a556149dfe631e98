"""What is tidied now and then: files that nobody wants any more go, and the database knows its tables."""

from datetime import timedelta

from flask import current_app

from registration.booking.services.uploads import forget_unused
from registration.core import clock
from registration.core.database import db, know_tables

_TIDIED = "registration_tidied_at"


def tidy() -> int:
    """Forget unused files and look at how the tables have grown, once an hour; return how many files went."""
    at = clock.now()
    last = current_app.extensions.get(_TIDIED)
    if last is not None and at - last < timedelta(hours=1):
        return 0
    current_app.extensions[_TIDIED] = at
    know_tables(db.engine)
    return forget_unused(timedelta(hours=current_app.config["FORM_HOURS"] + 1))
