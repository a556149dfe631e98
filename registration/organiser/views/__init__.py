"""The pages of the back office, one module per screen."""

from flask import Blueprint

from registration.organiser.views import (
    attendees,
    capacity,
    checkin,
    editing,
    exports,
    files,
    home,
    invitations,
    mails,
    materials,
    programmes,
    questions,
    reconfirmation,
    records,
    registration,
    waitlist,
    ways_in,
)
from registration.web.guards import take_files

bp = Blueprint("organiser", __name__, url_prefix="/organiser")
_EVENT = "/events/<slug>"
_QUESTION = f"{_EVENT}/edit/questions/<int:question_id>"
_ONE = f"{_EVENT}/registrations/<int:registration_id>"

for _rule, _endpoint, _view, _methods in (
    ("/", "home", home.home, ["GET"]),
    ("/organisers/<slug>/events/new", "new_event", editing.new, ["GET", "POST"]),
    ("/organisers/<slug>/programmes/new", "new_programme", programmes.new_programme, ["GET", "POST"]),
    ("/programmes/<slug>/edit", "edit_programme", programmes.edit_programme, ["GET", "POST"]),
    (f"{_EVENT}/", "overview", home.overview, ["GET"]),
    (f"{_EVENT}/edit", "edit", editing.edit, ["GET", "POST"]),
    (f"{_EVENT}/edit/categories", "add_category", editing.add_category, ["GET", "POST"]),
    (f"{_EVENT}/edit/questions", "add_question", questions.add_question, ["GET", "POST"]),
    (_QUESTION, "question", questions.question, ["GET", "POST"]),
    (f"{_QUESTION}/move", "move_question", questions.move_question, ["POST"]),
    (f"{_QUESTION}/remove", "remove_question", questions.remove_question, ["POST"]),
    (f"{_EVENT}/edit/materials", "add_material", materials.materials, ["GET", "POST"]),
    (f"{_EVENT}/edit/materials/<int:material_id>/up", "move_material", materials.move, ["POST"]),
    (f"{_EVENT}/edit/materials/<int:material_id>/remove", "remove_material", materials.remove, ["POST"]),
    (f"{_EVENT}/ways-in", "ways_in", ways_in.change, ["GET", "POST"]),
    (f"{_EVENT}/invitations", "invitations", invitations.invitations, ["GET"]),
    (f"{_EVENT}/invitations/add", "invite", invitations.add, ["GET", "POST"]),
    (f"{_EVENT}/invitations/send", "send_invitations", invitations.send, ["POST"]),
    (f"{_EVENT}/invitations/remind", "remind_invited", invitations.remind, ["POST"]),
    (
        f"{_EVENT}/invitations/<int:invitation_id>/withdraw",
        "withdraw_invitation",
        invitations.withdraw,
        ["POST"],
    ),
    (f"{_EVENT}/reconfirmation", "reconfirmation", reconfirmation.reconfirmation, ["GET"]),
    (f"{_EVENT}/reconfirmation/plan", "plan_reconfirmation", reconfirmation.plan, ["GET", "POST"]),
    (f"{_EVENT}/attendees", "attendees", attendees.attendees, ["GET"]),
    (_ONE, "registration", registration.show, ["GET"]),
    (f"{_ONE}/cancel", "cancel", registration.cancel, ["POST"]),
    (
        f"{_ONE}/attendees/<int:attendee_id>/cancel",
        "cancel_attendee",
        registration.cancel_attendee,
        ["POST"],
    ),
    (f"{_EVENT}/waitlist", "waitlist", waitlist.waitlist, ["GET"]),
    (f"{_EVENT}/capacity", "capacity", capacity.capacity, ["GET"]),
    (f"{_EVENT}/capacity/<int:pool_id>", "change_capacity", capacity.change, ["POST"]),
    (f"{_EVENT}/exports", "exports", exports.exports, ["GET"]),
    (f"{_EVENT}/exports/attendees.<fmt>", "export", exports.download, ["GET"]),
    (f"{_EVENT}/files/<int:answer_id>", "answer_file", files.answer_file, ["GET"]),
    (f"{_EVENT}/messages", "messages", mails.messages, ["GET"]),
    (f"{_EVENT}/messages/retry", "retry_mails", mails.retry, ["POST"]),
    (f"{_ONE}/mails/<int:message_id>/again", "send_again", mails.send_again, ["POST"]),
    (f"{_ONE}/address", "correct_address", mails.correct_address, ["POST"]),
    (f"{_EVENT}/journal", "journal", records.journal, ["GET"]),
    (f"{_EVENT}/checkin", "checkin", checkin.door, ["GET"]),
    (f"{_EVENT}/checkin/<int:attendee_id>", "check_in", checkin.check_in, ["POST"]),
):
    bp.add_url_rule(_rule, _endpoint, _view, methods=_methods)
bp.record_once(lambda state: take_files(state.app, "organiser.add_material", materials.largest_body))
