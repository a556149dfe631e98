"""The attendee's pages: the form, what came of it, and her calendar."""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState

from registration.booking import wording
from registration.booking.views import (
    calendar,
    files,
    manage,
    programme,
    register,
    tickets,
    unsubscribe,
)
from registration.web.guards import take_files

bp = Blueprint("booking", __name__)
wording.init_blueprint(bp)

bp.add_url_rule("/events/<slug>/register", "register", register.show, methods=["GET"])
bp.add_url_rule("/events/<slug>/register", "submit", register.submit, methods=["POST"])
bp.add_url_rule("/programmes/<slug>/register", "register_programme", programme.show, methods=["GET"])
bp.add_url_rule("/programmes/<slug>/register", "submit_programme", programme.submit, methods=["POST"])
bp.add_url_rule("/programmes/<slug>/registered", "already_in_programme", programme.already, methods=["GET"])
bp.add_url_rule("/events/<slug>/registered", "already", register.already, methods=["GET"])
bp.add_url_rule("/bookings/<token>/", "booking", manage.show, methods=["GET"])
bp.add_url_rule(
    "/bookings/<token>/registrations/<int:registration_id>/cancel", "cancel", manage.cancel, methods=["POST"]
)
bp.add_url_rule(
    "/bookings/<token>/registrations/<int:registration_id>/attendees/<int:attendee_id>/cancel",
    "cancel_attendee",
    manage.cancel_attendee,
    methods=["POST"],
)
bp.add_url_rule("/bookings/<token>/feed", "renew_feed", manage.renew_feed, methods=["POST"])
bp.add_url_rule("/bookings/<token>/calendar.ics", "download", calendar.download, methods=["GET"])
bp.add_url_rule("/bookings/<token>/calendar", "send_feed", calendar.send, methods=["POST"])
bp.add_url_rule("/feeds/<token>.ics", "feed", calendar.feed, methods=["GET"])
bp.add_url_rule("/feeds/<token>.svg", "feed_qr", calendar.qr, methods=["GET"])
bp.add_url_rule("/feeds/<token>/", "feed_page", calendar.page, methods=["GET"])
bp.add_url_rule("/feeds/<token>/renew", "renew_person_feed", calendar.renew, methods=["POST"])
bp.add_url_rule("/feeds/renewed", "renewed", calendar.renewed, methods=["GET"])
bp.add_url_rule("/unsubscribe/<token>/", "unsubscribe", unsubscribe.show, methods=["GET"])
bp.add_url_rule("/unsubscribe/<token>/", "end_messages", unsubscribe.submit, methods=["POST"])
bp.add_url_rule("/tickets/<token>/", "ticket", tickets.show, methods=["GET"])
bp.add_url_rule("/tickets/<token>/qr.svg", "ticket_qr", tickets.qr, methods=["GET"])
bp.add_url_rule("/tickets/<token>/ticket.pdf", "ticket_pdf", tickets.pdf, methods=["GET"])


@bp.record
def _take_files(state: BlueprintSetupState) -> None:
    take_files(state.app, "booking.submit", files.largest_body)
    take_files(state.app, "booking.submit_programme", files.largest_programme_body)
