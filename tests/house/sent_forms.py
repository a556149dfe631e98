"""Each form that can be sent: the page it stands on, what is typed, what is arranged before."""

from registration.invitations.rules import Guest
from registration.mail.models import FAILED, SENT
from registration.organiser.invitations.forms import preview_mark
from tests.house.arranged import (
    Row,
    asked_again,
    closed,
    colleague,
    event_pool,
    feed_made,
    firm,
    french,
    guest,
    long_ago,
    mails,
    moving,
    new_address,
    nobody_asked,
    offered,
    organiser,
    own_feed,
    own_seat,
    own_words,
    programme_in_french,
    reserved,
    resetting,
    sent_message,
    successor,
    two_of_one,
    two_papers,
    unsent,
    unsubscribing,
    unused,
    waiting,
    wished_address,
    with_programme,
    with_session,
    with_state,
)

PREVIEWED = preview_mark([Guest("cleo@example.org", "Cleo")], 0, "en")

BOOKING_PAGE = "/bookings/<token>/"
OFFICE = "/organiser/events/<slug>"
ONE = f"{OFFICE}/registrations/<registration_id>"
FIRM_PAGE = "/firms/<token>/"
PERSON = {"name": "Cleo", "email": "cleo@example.org"}
WANTED = "?pool=<pool_id>&wanted=7&overbooking=0&reserve=0"
HOURS = {"starts_at": "2027-01-01T10:00", "ends_at": "2027-01-01T11:00", "time_zone": "Europe/Brussels"}
ROWS = {
    # The attendee's pages
    "booking.submit": Row(
        "/events/<slug>/register",
        PERSON | {"consent": "y"},
        lambda stage: stage.values.update(slug=stage.world.sister),
    ),
    "booking.submit_programme": Row(
        "/programmes/<slug>/register", PERSON | {"consent": "y", "events": "<sister>"}, with_programme
    ),
    "booking.send_links": Row("/bookings/link", {"email": "ada@example.org"}),
    "booking.save_contact": Row(
        "/bookings/<token>/edit", {"name": "Ada Byron", "email": "byron@example.org"}
    ),
    "booking.forget_address": Row(BOOKING_PAGE, {}, wished_address),
    "booking.confirm_address": Row("/addresses/<token>/", {}, new_address),
    "booking.verify_again": Row(BOOKING_PAGE, {}, with_state(confirms_address=True)),
    "booking.send_feed": Row(BOOKING_PAGE),
    "booking.renew_feed": Row(BOOKING_PAGE),
    "booking.end_feed": Row(BOOKING_PAGE),
    "booking.show_sessions": Row(BOOKING_PAGE, {}, with_session),
    "booking.renew_person_feed": Row("/feeds/<token>/", {}, own_feed),
    "booking.show_own_sessions": Row(
        "/feeds/<token>/", {}, lambda stage: (with_session(stage), own_feed(stage))
    ),
    "booking.cancel": Row(BOOKING_PAGE, {}, nobody_asked),
    "booking.cancel_attendee": Row(BOOKING_PAGE, {}, with_state(party=2)),
    "booking.accept": Row(BOOKING_PAGE, {}, offered),
    "booking.decline": Row(BOOKING_PAGE, {}, offered),
    "booking.split": Row(BOOKING_PAGE, {}, waiting(party=2)),
    "booking.choose": Row("", {"category": "<category_id>"}, with_state()),
    "booking.add_person": Row("", {"name": "Cleo", "category": "<category_id>"}),
    "booking.move": Row("", {}, moving),
    "booking.save_people": Row(
        "/bookings/<token>/registrations/<registration_id>/edit",
        {"attendees-0-name": "Ada Byron"},
        with_state(),
    ),
    "booking.send_handover": Row("", PERSON, nobody_asked),
    "booking.withdraw_handover": Row(BOOKING_PAGE),
    "booking.take_over": Row("/handovers/<token>/", {"consent": "y"}, successor),
    "booking.refuse_handover": Row("/handovers/<token>/", {}, successor),
    "booking.save_own_seat": Row("/attendees/<token>/", {"name": "Cleo"}, own_seat),
    "booking.cancel_own_seat": Row("/attendees/<token>/", {}, own_seat),
    "booking.end_messages": Row("/unsubscribe/<token>/", {}, unsubscribing),
    "reconfirm.reconfirm": Row(BOOKING_PAGE, {"answer": "no"}, asked_again),
    "invitations.accept": Row(
        "/invitations/<token>/yes", {"consent": "y", "attendees-0-category": "<category_id>"}, guest
    ),
    "invitations.decline": Row("/invitations/<token>/no", {}, guest),
    "firms.cancel": Row(FIRM_PAGE, {}, firm),
    "firms.keep": Row(FIRM_PAGE, {}, lambda stage: (asked_again(stage), firm(stage))),
    "firms.send": Row("", PERSON, lambda stage: (nobody_asked(stage), firm(stage))),
    # Accounts
    "security.change_password": Row(
        "",
        {
            "password": "<password>",
            "new_password": "violets are purple 9",
            "new_password_confirm": "violets are purple 9",
        },
    ),
    "security.forgot_password": Row("", {"email": "owner@example.org"}, is_public=True),
    "security.reset_password": Row(
        "",
        {"password": "violets are purple 9", "password_confirm": "violets are purple 9"},
        resetting,
        is_public=True,
    ),
    # The back office
    "organiser.renew_calendar": Row("/organiser/calendar"),
    "organiser.end_calendar": Row("/organiser/calendar", {}, feed_made),
    "organiser.remove_colleague": Row("/organiser/organisers/<slug>/team", {}, colleague),
    "organiser.sign_out_everywhere": Row("/change"),
    "organiser.settings": Row("", {"calendar_mail": "none"}, organiser),
    "organiser.new_event": Row(
        "",
        HOURS | {"title": "New", "capacity": "9", "locale": "en", "policy": "first_fit", "status": "draft"},
        organiser,
    ),
    "organiser.new_programme": Row("", {"title": "New", "locale": "en", "events-0-is_in": "y"}, organiser),
    "organiser.add_coordinator": Row(
        "/organiser/organisers/<slug>/firms", PERSON | {"firm": "Nordlicht"}, organiser
    ),
    "organiser.send_coordinator": Row("/organiser/organisers/<slug>/firms", {}, organiser),
    "organiser.remove_coordinator": Row("/organiser/organisers/<slug>/firms", {}, organiser),
    "organiser.edit_programme": Row("", {"title": "Renamed"}, with_programme),
    "organiser.programme_translation": Row("", {"title": "Jours d'automne"}, with_programme),
    "organiser.remove_programme_translation": Row(
        "/organiser/programmes/<slug>/translations/<code>", {}, programme_in_french
    ),
    "organiser.edit": Row("", {"title": "Renamed"}),
    "organiser.add_category": Row("", {"name": "Press"}),
    "organiser.category": Row("", {"hint": "Of the association"}),
    "organiser.remove_category": Row(f"{OFFICE}/edit/categories/<category_id>", {}, unused("category")),
    "organiser.add_question": Row("", {"label": "Shoe size", "kind": "text", "scope": "attendee"}),
    "organiser.question": Row("", {"hint": "As a PDF"}),
    "organiser.move_question": Row(f"{OFFICE}/edit/questions", {"by": "1"}),
    "organiser.remove_question": Row(f"{OFFICE}/edit/questions", {}, unused("question")),
    "organiser.translation": Row("", {"title": "Atelier"}),
    "organiser.remove_translation": Row(f"{OFFICE}/translations/<code>", {}, french),
    "organiser.add_material": Row("", {"title": "Notes", "url": "https://example.org/notes", "locale": "en"}),
    "organiser.move_material": Row(f"{OFFICE}/edit/materials", {}, two_papers),
    "organiser.remove_material": Row(f"{OFFICE}/edit/materials"),
    "organiser.ways_in": Row("", {"access_code": "SESAME"}),
    "organiser.invite": Row("", {"guests": "Cleo <cleo@example.org>", "seen": PREVIEWED}),
    "organiser.send_invitations": Row(f"{OFFICE}/invitations", {"tell": "yes"}, unsent),
    "organiser.remind_invited": Row(f"{OFFICE}/invitations", {"tell": "yes"}, long_ago),
    "organiser.withdraw_invitation": Row(f"{OFFICE}/invitations"),
    "organiser.plan_reconfirmation": Row(
        "", {"asks": "y", "asks_days": "7", "answer_days": "2", "tell": "yes"}
    ),
    "organiser.cancel": Row(ONE, {}, nobody_asked),
    "organiser.cancel_attendee": Row(ONE, {}, with_state(party=2)),
    "organiser.approve": Row(ONE, {}, with_state(needs_approval=True)),
    "organiser.reject": Row(ONE, {"reason": "No"}, with_state(needs_approval=True)),
    "organiser.seat": Row(ONE, {"reason": "By hand"}, reserved),
    "organiser.merge": Row("", {"other": "<other>"}, two_of_one),
    "organiser.line": Row("", {"policy": "strict", "tell": "yes"}),
    "organiser.sessions": Row("", {"name": "Coding", "starts_at": "<starts>", "ends_at": "<ends>"}),
    "organiser.session": Row("", {"hint": "In the hall"}),
    "organiser.remove_session": Row(f"{OFFICE}/sessions/<session_id>"),
    "organiser.firm_limits": Row("", {"firm": "Nordlicht", "cap": "3", "tell": "yes"}),
    "organiser.release": Row(f"{OFFICE}/firm-limits", {"tell": "yes"}),
    "organiser.close": Row(f"{OFFICE}/"),
    "organiser.reopen": Row(f"{OFFICE}/", {}, closed),
    "organiser.cancel_event": Row("", {"sure": "y", "reason": "Strike", "tell": "yes"}),
    "organiser.change_capacity": Row(
        f"{OFFICE}/capacity?pool=<pool_id>&wanted=7&overbooking=0&reserve=0", {"tell": "yes"}, event_pool
    ),
    "organiser.mail_choices": Row("", {"reminder_days": "3"}),
    "organiser.tell_materials": Row(f"{OFFICE}/messages", {"tell": "yes"}),
    "organiser.new_mailing": Row("", {"subject": "Parking", "body": "East gate."}),
    "organiser.edit_mailing": Row("", {"subject": "Parking", "body": "West gate."}),
    "organiser.send_mailing": Row(f"{OFFICE}/messages/<mailing_id>/", {}),
    "organiser.test_mailing": Row(f"{OFFICE}/messages/<mailing_id>/"),
    "organiser.stop_mailing": Row(f"{OFFICE}/messages/<mailing_id>/", {}, sent_message),
    "organiser.text": Row("", {"subject": "Welcome", "body": "See you there."}, organiser),
    "organiser.text_ours": Row("/organiser/organisers/<slug>/texts/<kind>/<code>", {}, own_words),
    "organiser.text_test": Row("/organiser/organisers/<slug>/texts/<kind>/<code>", {}, own_words),
    "organiser.retry_mails": Row(f"{OFFICE}/messages", {}, mails(FAILED)),
    "organiser.send_again": Row(ONE, {}, mails(SENT)),
    "organiser.correct_address": Row("", {"email": "byron@example.org"}),
    "organiser.check_in": Row(f"{OFFICE}/checkin?q=Ada", {}),
}
