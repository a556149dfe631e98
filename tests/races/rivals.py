"""Which two acts get in each other's way: what one person does while another does the other."""

from collections.abc import Callable
from typing import NamedTuple

from registration.capability.services import BOOKING
from tests.house.arranged import Stage, firm, organiser, successor


def nothing(_stage: Stage) -> None:
    return


def by_booking(stage: Stage) -> None:
    """Use the booking's own link, whatever the other one has."""
    stage.link(stage.booking_id, BOOKING)


def own_event(stage: Stage) -> None:
    stage.values["slug"] = stage.world.event.slug


class Rivals(NamedTuple):
    """Two rows of sent_forms, arranged as the first one needs it; *second* may be the clock's or a mailbox'.

    *differs* is what the second one's address needs besides.
    """

    first: str
    second: str
    differs: Callable[[Stage], None] = nothing


RIVALS = (
    # A seat: taken, given back, handed on, used
    Rivals("booking.accept", "booking.decline"),
    Rivals("booking.accept", "sweep"),
    Rivals("booking.decline", "organiser.cancel"),
    Rivals("booking.cancel", "organiser.check_in"),
    Rivals("booking.cancel", "organiser.cancel"),
    Rivals("booking.cancel_attendee", "organiser.cancel_attendee"),
    Rivals("booking.cancel_attendee", "booking.save_people"),
    Rivals("booking.split", "booking.cancel"),
    Rivals("booking.choose", "organiser.cancel"),
    Rivals("booking.add_person", "organiser.check_in"),
    Rivals("booking.move", "booking.cancel", own_event),
    Rivals("booking.send_handover", "booking.cancel"),
    Rivals("booking.withdraw_handover", "booking.take_over", successor),
    Rivals("booking.refuse_handover", "booking.take_over"),
    Rivals("booking.take_over", "organiser.cancel"),
    Rivals("booking.save_own_seat", "booking.cancel_own_seat"),
    Rivals("reconfirm.reconfirm", "note_silence"),
    Rivals("reconfirm.reconfirm", "ask_again"),
    Rivals("reconfirm.reconfirm", "organiser.plan_reconfirmation"),
    Rivals("firms.keep", "firms.cancel"),
    Rivals("firms.send", "booking.cancel", by_booking),
    # An address, its links and feeds
    Rivals("booking.save_contact", "organiser.correct_address"),
    Rivals("booking.save_contact", "note_bounce"),
    Rivals("booking.confirm_address", "booking.forget_address", by_booking),
    Rivals("booking.confirm_address", "ask_address"),
    Rivals("booking.verify_again", "sweep"),
    Rivals("booking.renew_feed", "booking.end_feed"),
    Rivals("booking.show_sessions", "booking.renew_feed"),
    Rivals("booking.renew_person_feed", "booking.send_feed", by_booking),
    Rivals("booking.show_own_sessions", "booking.renew_person_feed"),
    Rivals("booking.end_messages", "queue_some"),
    Rivals("organiser.end_calendar", "organiser.renew_calendar"),
    # Who decides, and the limits
    Rivals("organiser.approve", "organiser.reject"),
    Rivals("organiser.seat", "organiser.cancel"),
    Rivals("organiser.merge", "organiser.cancel"),
    Rivals("organiser.change_capacity", "organiser.line"),
    Rivals("organiser.change_capacity", "go_on_draining"),
    Rivals("organiser.firm_limits", "organiser.release"),
    # An event and its parts
    Rivals("organiser.cancel_event", "organiser.check_in"),
    Rivals("organiser.cancel_event", "organiser.edit"),
    Rivals("organiser.cancel_event", "organiser.close"),
    Rivals("organiser.reopen", "organiser.cancel_event"),
    Rivals("organiser.ways_in", "organiser.edit"),
    Rivals("organiser.remove_category", "organiser.category"),
    Rivals("organiser.add_category", "organiser.edit"),
    Rivals("organiser.remove_question", "organiser.question"),
    Rivals("organiser.move_question", "organiser.add_question"),
    Rivals("organiser.session", "organiser.remove_session"),
    Rivals("organiser.sessions", "organiser.session"),
    Rivals("organiser.move_material", "organiser.remove_material"),
    Rivals("organiser.add_material", "organiser.tell_materials"),
    Rivals("organiser.remove_translation", "organiser.translation"),
    Rivals("organiser.edit_programme", "organiser.programme_translation"),
    Rivals("organiser.remove_programme_translation", "organiser.programme_translation"),
    # Who is written to
    Rivals("invitations.accept", "invitations.decline"),
    Rivals("invitations.accept", "organiser.withdraw_invitation"),
    Rivals("organiser.send_invitations", "organiser.invite"),
    Rivals("organiser.send_invitations", "organiser.withdraw_invitation"),
    Rivals("organiser.remind_invited", "organiser.withdraw_invitation"),
    Rivals("organiser.plan_reconfirmation", "ask_some"),
    Rivals("organiser.send_mailing", "organiser.edit_mailing"),
    Rivals("organiser.send_mailing", "organiser.test_mailing"),
    Rivals("organiser.stop_mailing", "queue_some"),
    Rivals("organiser.text_ours", "organiser.text"),
    Rivals("organiser.text_test", "organiser.text_ours"),
    Rivals("organiser.retry_mails", "organiser.send_again"),
    Rivals("organiser.mail_choices", "remind"),
    # Whose organiser it is
    Rivals("organiser.remove_coordinator", "organiser.send_coordinator"),
    Rivals("organiser.remove_coordinator", "firms.cancel", firm),
    Rivals("organiser.add_coordinator", "organiser.settings"),
    Rivals("organiser.remove_colleague", "organiser.settings", organiser),
    Rivals("note_reply", "booking.cancel"),
    Rivals("finish", "booking.cancel"),
)
# What makes something of its own, or is in nobody's way but its own: two of it at once are asked already.
ALONE = {
    "booking.submit": "tests/races/test_contenders.py",
    "booking.submit_programme": "tests/races/test_programmes.py",
    "booking.send_links": "it reads, and decides a mail",
    "organiser.new_event": "it makes a new one",
    "organiser.new_programme": "it makes a new one",
    "organiser.new_mailing": "it makes a new one",
    "organiser.sign_out_everywhere": "it signs out who presses",
    "security.change_password": "it signs out who presses",
    "security.forgot_password": "it reads, and decides a mail",
    "security.reset_password": "it signs out who presses",
    "repair": "by hand, and beside it everything is tried",
    "forget_unused": "files that no form has kept",
}
