"""What is tidied now and then: files that nobody wants any more, keys of old forms, old counts."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from registration.booking.answers.uploads import forget_unused, kept_for
from registration.core import clock, submissions, throttle
from registration.core.database import db
from registration.core.transaction import write_tx

_TIDIED = "registration_tidied_at"


def tidy() -> int:
    """Forget unused files, forms that were sent and counts that are over, hourly; return how many went."""
    at = clock.now()
    last = current_app.extensions.get(_TIDIED)
    if last is not None and at - last < timedelta(hours=1):
        return 0
    current_app.extensions[_TIDIED] = at
    older_than = kept_for(current_app.config["FORM_HOURS"])
    return forget_unused(older_than) + _forget_forms(older_than) + throttle.forget_ended()


def _forget_forms(older_than: timedelta) -> int:
    oldest = db.session.scalar(select(func.min(submissions.SentForm.created_at)))
    if oldest is None or oldest >= clock.now() - older_than:
        return 0
    return write_tx(lambda session: submissions.forget(session, older_than))
