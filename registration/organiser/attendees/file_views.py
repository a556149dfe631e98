"""Files that people sent with the form: for the organiser alone, to be saved and never to be run."""

from io import BytesIO

from flask import abort, send_file
from flask.typing import ResponseReturnValue

from registration.accounts.access import EDIT, READ, current_account
from registration.accounts.queries import role_at
from registration.booking.answers.file_types import download_name
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.answers import file_of


@event_page(READ)
def answer_file(event: Event, answer_id: int) -> ResponseReturnValue:
    """Return the file as one to save; a sensitive one only to those who may edit."""
    found = file_of(db.session(), event.id, answer_id)
    if found is None:
        abort(404)
    if found.is_sensitive and role_at(current_account(), event.organiser_id) not in EDIT:
        abort(404)
    response = send_file(
        BytesIO(found.data),
        mimetype=found.content_type,
        as_attachment=True,
        download_name=download_name(found.name, found.content_type),
    )
    # A stranger made it: whatever it holds, no browser runs it in our name.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
