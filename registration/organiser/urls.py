"""The pages of the back office, one module per screen."""

from flask import Blueprint

from registration.booking.notifications.consequences import ToBeTold
from registration.organiser import body_sizes
from registration.organiser.access import views as access_views
from registration.organiser.attendees import (
    checkin_views,
    contact_views,
    decision_views,
    export_views,
    file_views,
    list_views,
    registration_views,
)
from registration.organiser.calendar import views as calendar_views
from registration.organiser.event import closing_views, journal_views, overview_views
from registration.organiser.event import views as event_views
from registration.organiser.firms import views as firms_views
from registration.organiser.invitations import views as invitations_views
from registration.organiser.mailing import delivery_views, text_views
from registration.organiser.mailing import views as mailing_views
from registration.organiser.materials import views as materials_views
from registration.organiser.parts import views as parts_views
from registration.organiser.programmes import views as programmes_views
from registration.organiser.questions import views as questions_views
from registration.organiser.reconfirmation import views as reconfirmation_views
from registration.organiser.seating import capacity_views, line_views, waitlist_views
from registration.organiser.settings import team_views
from registration.organiser.settings import views as settings_views
from registration.organiser.shared import consequences
from registration.organiser.translations import views as translations_views
from registration.web.submissions import make_anew

feed_bp = calendar_views.feed_bp
bp = Blueprint("organiser", __name__, url_prefix="/organiser")
_EVENT = "/events/<slug>"
_QUESTION = f"{_EVENT}/edit/questions/<int:question_id>"
_CATEGORY = f"{_EVENT}/edit/categories/<int:category_id>"
_SESSION = f"{_EVENT}/sessions/<int:session_id>"
_WORDS = "/programmes/<slug>/translations/<code>"
_TEXT = "/organisers/<slug>/texts/<kind>/<code>"
_ONE = f"{_EVENT}/registrations/<int:registration_id>"

for _rule, _endpoint, _view, _methods in (
    ("/", "home", overview_views.home, ["GET"]),
    ("/calendar", "calendar", calendar_views.calendar, ["GET"]),
    ("/calendar/renew", "renew_calendar", calendar_views.renew_calendar, ["POST"]),
    ("/calendar/end", "end_calendar", calendar_views.end_calendar, ["POST"]),
    ("/organisers/<slug>/settings", "settings", settings_views.settings, ["GET", "POST"]),
    ("/organisers/<slug>/events/new", "new_event", event_views.new, ["GET", "POST"]),
    ("/organisers/<slug>/firms", "firms", firms_views.firms, ["GET"]),
    ("/organisers/<slug>/firms", "add_coordinator", firms_views.add, ["POST"]),
    ("/organisers/<slug>/firms/<int:coordinator_id>/send", "send_coordinator", firms_views.send, ["POST"]),
    (
        "/organisers/<slug>/firms/<int:coordinator_id>/remove",
        "remove_coordinator",
        firms_views.remove,
        ["POST"],
    ),
    ("/organisers/<slug>/team", "team", team_views.team, ["GET"]),
    ("/organisers/<slug>/team/<int:account_id>/remove", "remove_colleague", team_views.remove, ["POST"]),
    ("/sign-out-everywhere", "sign_out_everywhere", team_views.sign_out_everywhere, ["POST"]),
    ("/organisers/<slug>/programmes/new", "new_programme", programmes_views.new_programme, ["GET", "POST"]),
    ("/programmes/<slug>/edit", "edit_programme", programmes_views.edit_programme, ["GET", "POST"]),
    (f"{_EVENT}/", "overview", overview_views.overview, ["GET"]),
    (f"{_EVENT}/edit", "edit", event_views.edit, ["GET", "POST"]),
    (f"{_EVENT}/edit/categories", "add_category", parts_views.add_category, ["GET", "POST"]),
    (_CATEGORY, "category", parts_views.category, ["GET", "POST"]),
    (f"{_CATEGORY}/remove", "remove_category", parts_views.remove_category, ["POST"]),
    (f"{_EVENT}/edit/questions", "add_question", questions_views.add_question, ["GET", "POST"]),
    (_QUESTION, "question", questions_views.question, ["GET", "POST"]),
    (f"{_QUESTION}/move", "move_question", questions_views.move_question, ["POST"]),
    (f"{_QUESTION}/remove", "remove_question", questions_views.remove_question, ["POST"]),
    (f"{_EVENT}/translations/<code>", "translation", translations_views.translation, ["GET", "POST"]),
    (f"{_EVENT}/translations/<code>/remove", "remove_translation", translations_views.remove, ["POST"]),
    (_WORDS, "programme_translation", translations_views.programme_translation, ["GET", "POST"]),
    (f"{_WORDS}/remove", "remove_programme_translation", translations_views.remove_programme, ["POST"]),
    (f"{_EVENT}/edit/materials", "add_material", materials_views.materials, ["GET", "POST"]),
    (f"{_EVENT}/edit/materials/<int:material_id>/up", "move_material", materials_views.move, ["POST"]),
    (
        f"{_EVENT}/edit/materials/<int:material_id>/remove",
        "remove_material",
        materials_views.remove,
        ["POST"],
    ),
    (f"{_EVENT}/ways-in", "ways_in", access_views.change, ["GET", "POST"]),
    (f"{_EVENT}/invitations", "invitations", invitations_views.invitations, ["GET"]),
    (f"{_EVENT}/invitations/add", "invite", invitations_views.add, ["GET", "POST"]),
    (f"{_EVENT}/invitations/send", "send_invitations", invitations_views.send, ["POST"]),
    (f"{_EVENT}/invitations/remind", "remind_invited", invitations_views.remind, ["POST"]),
    (
        f"{_EVENT}/invitations/<int:invitation_id>/withdraw",
        "withdraw_invitation",
        invitations_views.withdraw,
        ["POST"],
    ),
    (f"{_EVENT}/reconfirmation", "reconfirmation", reconfirmation_views.reconfirmation, ["GET"]),
    (f"{_EVENT}/reconfirmation/plan", "plan_reconfirmation", reconfirmation_views.plan, ["GET", "POST"]),
    (f"{_EVENT}/attendees", "attendees", list_views.attendees, ["GET"]),
    (_ONE, "registration", registration_views.show, ["GET"]),
    (f"{_ONE}/cancel", "cancel", registration_views.cancel, ["POST"]),
    (
        f"{_ONE}/attendees/<int:attendee_id>/cancel",
        "cancel_attendee",
        registration_views.cancel_attendee,
        ["POST"],
    ),
    (f"{_ONE}/approve", "approve", decision_views.approve, ["POST"]),
    (f"{_ONE}/reject", "reject", decision_views.reject, ["POST"]),
    (f"{_ONE}/seat", "seat", decision_views.seat, ["POST"]),
    (f"{_ONE}/merge", "merge", decision_views.merge, ["GET", "POST"]),
    (f"{_EVENT}/line", "line", line_views.line, ["GET", "POST"]),
    (f"{_EVENT}/sessions", "sessions", line_views.sessions, ["GET", "POST"]),
    (_SESSION, "session", parts_views.session, ["GET", "POST"]),
    (f"{_SESSION}/remove", "remove_session", parts_views.remove_session, ["POST"]),
    (f"{_EVENT}/firm-limits", "firm_limits", line_views.firm_limits, ["GET", "POST"]),
    (f"{_EVENT}/firm-limits/<int:pool_id>/release", "release", line_views.release, ["POST"]),
    (f"{_EVENT}/close", "close", closing_views.close, ["POST"]),
    (f"{_EVENT}/reopen", "reopen", closing_views.reopen, ["POST"]),
    (f"{_EVENT}/cancel", "cancel_event", closing_views.cancel_event, ["GET", "POST"]),
    (f"{_EVENT}/health", "health", closing_views.health, ["GET"]),
    (f"{_EVENT}/waitlist", "waitlist", waitlist_views.waitlist, ["GET"]),
    (f"{_EVENT}/capacity", "capacity", capacity_views.capacity, ["GET"]),
    (f"{_EVENT}/capacity/<int:pool_id>", "change_capacity", capacity_views.change, ["POST"]),
    (f"{_EVENT}/exports", "exports", export_views.exports, ["GET"]),
    (f"{_EVENT}/exports/attendees.<fmt>", "export", export_views.download, ["GET"]),
    (f"{_EVENT}/files/<int:answer_id>", "answer_file", file_views.answer_file, ["GET"]),
    (f"{_EVENT}/messages", "messages", delivery_views.messages, ["GET"]),
    (f"{_EVENT}/messages/choices", "mail_choices", mailing_views.choices, ["GET", "POST"]),
    (f"{_EVENT}/messages/materials", "tell_materials", mailing_views.tell_materials, ["POST"]),
    (f"{_EVENT}/messages/new", "new_mailing", mailing_views.new, ["GET", "POST"]),
    (f"{_EVENT}/messages/<int:mailing_id>/", "mailing", mailing_views.show, ["GET"]),
    (f"{_EVENT}/messages/<int:mailing_id>/edit", "edit_mailing", mailing_views.rewrite, ["GET", "POST"]),
    (f"{_EVENT}/messages/<int:mailing_id>/send", "send_mailing", mailing_views.send, ["POST"]),
    (f"{_EVENT}/messages/<int:mailing_id>/test", "test_mailing", mailing_views.test, ["POST"]),
    (f"{_EVENT}/messages/<int:mailing_id>/stop", "stop_mailing", mailing_views.stop, ["POST"]),
    ("/organisers/<slug>/texts", "texts", text_views.overview, ["GET"]),
    (_TEXT, "text", text_views.edit, ["GET", "POST"]),
    (f"{_TEXT}/ours", "text_ours", text_views.ours, ["POST"]),
    (f"{_TEXT}/test", "text_test", text_views.test, ["POST"]),
    (f"{_EVENT}/messages/retry", "retry_mails", delivery_views.retry, ["POST"]),
    (f"{_ONE}/mails/<int:message_id>/again", "send_again", contact_views.send_again, ["POST"]),
    (f"{_ONE}/address", "correct_address", contact_views.correct_address, ["GET", "POST"]),
    (f"{_EVENT}/journal", "journal", journal_views.journal, ["GET"]),
    (f"{_EVENT}/checkin", "checkin", checkin_views.door, ["GET"]),
    (f"{_EVENT}/checkin/<int:attendee_id>", "check_in", checkin_views.check_in, ["POST"]),
):
    bp.add_url_rule(_rule, _endpoint, _view, methods=_methods)
bp.register_error_handler(ToBeTold, consequences.ask)
bp.record_once(lambda state: body_sizes.init_app(state.app))
bp.record_once(
    lambda state: make_anew(
        state.app,
        *(
            f"organiser.{one}"
            for one in (
                "add_category",
                "add_coordinator",
                "add_material",
                "add_question",
                "invite",
                "new_event",
                "new_mailing",
                "new_programme",
                "sessions",
            )
        ),
    )
)
