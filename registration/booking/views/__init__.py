"""The attendee's pages: the form, what came of it, and her calendar.

Doors: filling, handover, opening, page_parts, register.
"""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState

from registration.booking.form import labels as form_labels
from registration.booking.views import (
    address,
    answering,
    calendar,
    choosing,
    editing,
    files,
    handover,
    links,
    manage,
    opening,
    own_seat,
    programme,
    register,
    tickets,
    unsubscribe,
)
from registration.web.body_limits import promise
from registration.web.retyped import keeps_itself
from registration.web.submissions import leave_unkeyed, make_anew

bp = Blueprint("booking", __name__)
form_labels.init_blueprint(bp)
bp.register_error_handler(opening.LinkDoesNotOpen, opening.no_link_page)

_REGISTRATION = "/bookings/<token>/registrations/<int:registration_id>"
_ATTENDEE = f"{_REGISTRATION}/attendees/<int:attendee_id>"

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

for _rule, _endpoint, _view, _method in (
    ("/bookings/link", "ask_links", links.show, "GET"),
    ("/bookings/link", "send_links", links.send, "POST"),
    ("/bookings/link/sent", "links_sent", links.sent, "GET"),
    ("/bookings/<token>/edit", "contact", editing.contact, "GET"),
    ("/bookings/<token>/edit", "save_contact", editing.save_contact, "POST"),
    ("/bookings/<token>/address/forget", "forget_address", manage.forget_address, "POST"),
    (f"{_REGISTRATION}/accept", "accept", answering.accept, "POST"),
    (f"{_REGISTRATION}/decline", "decline", answering.decline, "POST"),
    (f"{_REGISTRATION}/split", "split", answering.split, "POST"),
    ("/bookings/<token>/verify", "verify_again", answering.verify_again, "POST"),
    (f"{_ATTENDEE}/choice", "choice", choosing.choice, "GET"),
    (f"{_ATTENDEE}/choice", "choose", choosing.choose, "POST"),
    (f"{_REGISTRATION}/attendees/add", "one_more", choosing.one_more, "GET"),
    (f"{_REGISTRATION}/attendees/add", "add_person", choosing.add, "POST"),
    (f"{_REGISTRATION}/move/<slug>", "move_page", choosing.move_page, "GET"),
    (f"{_REGISTRATION}/move/<slug>", "move", choosing.move, "POST"),
    (f"{_REGISTRATION}/edit", "people", editing.people, "GET"),
    (f"{_REGISTRATION}/edit", "save_people", editing.save_people, "POST"),
    (f"{_ATTENDEE}/hand-over", "hand_over", handover.ask, "GET"),
    (f"{_ATTENDEE}/hand-over", "send_handover", handover.send, "POST"),
    (
        "/bookings/<token>/handovers/<int:handover_id>/withdraw",
        "withdraw_handover",
        manage.withdraw_handover,
        "POST",
    ),
    ("/bookings/<token>/feed/end", "end_feed", manage.end_feed, "POST"),
    ("/bookings/<token>/feed/sessions", "show_sessions", calendar.show_sessions, "POST"),
    ("/feeds/<token>/sessions", "show_own_sessions", calendar.show_own_sessions, "POST"),
    ("/attendees/<token>/", "own_seat", own_seat.show, "GET"),
    ("/attendees/<token>/", "save_own_seat", own_seat.save, "POST"),
    ("/attendees/<token>/cancel", "cancel_own_seat", own_seat.cancel, "POST"),
    ("/attendees/<token>/qr.svg", "own_qr", own_seat.qr, "GET"),
    ("/attendees/<token>/ticket.pdf", "own_ticket", own_seat.pdf, "GET"),
    ("/attendees/<token>/calendar.ics", "own_calendar", own_seat.calendar, "GET"),
    ("/addresses/<token>/", "address", address.show, "GET"),
    ("/addresses/<token>/", "confirm_address", address.confirm, "POST"),
    ("/handovers/<token>/", "handover", handover.show, "GET"),
    ("/handovers/<token>/", "take_over", handover.take, "POST"),
    ("/handovers/<token>/refuse", "refuse_handover", handover.say_no, "POST"),
):
    bp.add_url_rule(_rule, _endpoint, _view, methods=[_method])


# Blocks of people and files that came are more than a page could be refilled with.
bp.record_once(
    lambda setup: keeps_itself(setup.app, "booking.submit", "booking.submit_programme", "booking.save_people")
)


@bp.record
def _set_up_forms(state: BlueprintSetupState) -> None:
    promise(state.app, "booking.submit", files.largest_body)
    promise(state.app, "booking.submit_programme", files.largest_programme_body)
    for name in ("save_people", "add_person", "choose", "move"):
        promise(state.app, f"booking.{name}", files.largest_people_body)
    promise(state.app, "booking.take_over", files.largest_taking_body)
    # Registering keeps its key with the booking.
    leave_unkeyed(state.app, "booking.submit", "booking.submit_programme")
    make_anew(state.app, "booking.add_person")
