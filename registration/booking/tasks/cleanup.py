"""What is tidied now and then: files that nobody wants any more go."""

from datetime import timedelta

from flask import current_app

from registration.booking.answers.uploads import forget_unused
from registration.core import clock

_TIDIED = "registration_tidied_at"


def tidy() -> int:
    """Forget unused files once an hour; return how many went."""
    at = clock.now()
    last = current_app.extensions.get(_TIDIED)
    if last is not None and at - last < timedelta(hours=1):
        return 0
    current_app.extensions[_TIDIED] = at
    return forget_unused(timedelta(hours=current_app.config["FORM_HOURS"] + 1))
