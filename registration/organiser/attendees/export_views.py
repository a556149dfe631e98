"""Attendee lists to take away."""

from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import abort, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.access import EDIT, READ, current_account
from registration.accounts.queries import role_at
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser.attendees.exports import FORMATS, export, rows
from registration.organiser.attendees.queries import filters_from, totals
from registration.organiser.event.services import note_export
from registration.organiser.shared.screen import actor, event_screen

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# Lists up to here stay in memory; longer ones go to a file that vanishes with the answer.
IN_MEMORY = 1_000_000


@event_page(READ)
def exports(event: Event) -> ResponseReturnValue:
    """Offer the formats, with what they would hold."""
    session = db.session()
    filters = filters_from(request.args)
    first = [row for row, _number in zip(rows(session, event, filters, []), range(5), strict=False)]
    return event_screen(
        "exports.html",
        event,
        filters=filters,
        totals=totals(session, event.id, filters),
        first=first,
        links=[
            (fmt, url_for("organiser.export", slug=event.slug, fmt=fmt, **filters.query())) for fmt in FORMATS
        ],
    )


@event_page(READ)
def download(event: Event, fmt: str) -> ResponseReturnValue:
    """Return the list as a file.

    A download changes no registration, so it is a GET that can be linked; that it was taken is
    still journalled.
    """
    if fmt not in FORMATS:
        abort(404)
    is_trusted = role_at(current_account(), event.organiser_id) in EDIT
    out = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    count = export(db.session(), event, fmt, out, filters_from(request.args), with_sensitive=is_trusted)
    out.seek(0)
    slug = event.slug
    note_export(event, fmt, count, actor())
    response = send_file(
        out, mimetype=TYPES[fmt], as_attachment=True, download_name=f"{slug}-attendees.{fmt}"
    )
    response.call_on_close(out.close)
    response.headers["Cache-Control"] = "no-store"
    return response
