"""Papers to download, and what the booking's page shows when all is over."""

from flask import Blueprint, Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from registration.booking.queries.bookings import seats_of
from registration.booking.views.opening import opened
from registration.booking.views.page_parts import parts
from registration.core.database import db
from registration.events.models import MaterialFile
from registration.materials.certificates import certificate
from registration.materials.queries import after, file_of, present, public_file
from registration.seats import rules
from registration.web.locale import page_locale

# The endpoints keep their first name: links in templates and tests of other tenants go by it.
bp = Blueprint("afterwards", __name__)


def init_app(app: Flask) -> None:
    """Show papers and certificates on the booking's page."""
    with app.app_context():
        parts()["booking/parts/afterwards.html"] = after


@bp.get("/events/<slug>/materials/<int:material_id>")
def material(slug: str, material_id: int) -> ResponseReturnValue:
    """Return the file of a paper that everybody may see."""
    return _attachment(public_file(db.session(), slug, material_id) or abort(404))


@bp.get("/bookings/<token>/materials/<int:material_id>")
def own_material(token: str, material_id: int) -> ResponseReturnValue:
    """Return the file of a paper to somebody who has a seat."""
    seats = seats_of(db.session(), opened(token).id, page_locale())
    event_ids = [one.event_id for one in seats if one.state == rules.CONFIRMED]
    return _attachment(file_of(db.session(), event_ids, material_id) or abort(404))


@bp.get("/bookings/<token>/certificates/<int:attendee_id>.pdf")
def own_certificate(token: str, attendee_id: int) -> ResponseReturnValue:
    """Return the certificate of somebody who was there."""
    session = db.session()
    for seat in seats_of(session, opened(token).id, page_locale()):
        for person in present(session, [seat]).get(seat.registration_id, []):
            if person.attendee_id == attendee_id:
                response = Response(certificate(seat, person), mimetype="application/pdf")
                response.headers["Content-Disposition"] = 'attachment; filename="certificate.pdf"'
                return response
    return abort(404)


def _attachment(file: MaterialFile) -> Response:
    """Return a file to save: whatever is in it, no browser opens it as a page of ours."""
    response = Response(file.data, content_type=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{file.material_id}-{file.size}-{int(file.created_at.timestamp())}")
    response.make_conditional(request)
    return response
