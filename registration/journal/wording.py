"""What the journal says in people's words: actions, states and reasons are kept as words for programs."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registration.journal.models import JournalEntry
from registration.journal.past_reasons import past_reason
from registration.journal.reasons import Reason, ReasonCode

_WORDS = {
    # States of registrations, one word for each, everywhere.
    "unverified": _l("Address not confirmed"),
    "pending": _l("Awaiting approval"),
    "waitlisted": _l("Waitlisted"),
    "offered": _l("Offered"),
    "confirmed": _l("Confirmed"),
    "cancelled": _l("Cancelled"),
    "declined": _l("Declined"),
    "expired": _l("Expired"),
    "rejected": _l("Rejected"),
    # Of events, and the ways into them.
    "draft": _l("Draft"),
    "published": _l("Published"),
    "public": _l("everyone"),
    "unlisted": _l("whoever has the link"),
    "invitation": _l("by invitation"),
    "code": _l("with an access code"),
    # Of seats that are handed on, answers of calendars, and of those who were asked whether they still come.
    "open": _l("asked"),
    "taken": _l("accepted"),
    "refused": _l("refused"),
    "withdrawn": _l("taken back"),
    "accepted": _l("accepted"),
    "tentative": _l("perhaps"),
    "counter": _l("another time proposed"),
    "yes": _l("yes"),
    "no": _l("no"),
    "silence": _l("no answer"),
}
ACTIONS = {
    "state": _l("State"),
    "changed": _l("Choice changed"),
    "grown": _l("Party became larger"),
    "shrunk": _l("Party became smaller"),
    "handover": _l("Seat handed on"),
    "calendar-answer": _l("Answer from a calendar"),
    "address": _l("Address changed by the person"),
    "address-corrected": _l("Address corrected by us"),
    "mail-sent-again": _l("Email sent again"),
    "mails-retried": _l("Failed emails tried again"),
    "checked-in": _l("Checked in"),
    "checked-out": _l("Check-in taken back"),
    "created": _l("Event created"),
    "edited": _l("Event edited"),
    "cancelled": _l("Event cancelled"),
    "closed": _l("Registration closed"),
    "reopened": _l("Registration opened again"),
    "capacity": _l("Capacity changed"),
    "line": _l("Rules of the line changed"),
    "firm": _l("Limit of an organisation changed"),
    "released-allotment": _l("Kept seats freed"),
    "ways-in": _l("Ways in changed"),
    "added-category": _l("Category added"),
    "changed-category": _l("Category changed"),
    "removed-category": _l("Category removed"),
    "added-session": _l("Session added"),
    "changed-session": _l("Session changed"),
    "removed-session": _l("Session removed"),
    "added-question": _l("Question added"),
    "changed-question": _l("Question changed"),
    "moved-question": _l("Question moved"),
    "removed-question": _l("Question removed"),
    "added-material": _l("Paper added"),
    "moved-material": _l("Paper moved"),
    "removed-material": _l("Paper removed"),
    "materials-told": _l("Email about papers sent"),
    "edited-text": _l("Translation changed"),
    "removed-text": _l("Translation removed"),
    "export": _l("List exported"),
    "message-sent": _l("Message sent to many"),
    "message-stopped": _l("Message stopped"),
    "invited": _l("Guests added"),
    "invitations-sent": _l("Invitations sent"),
    "invited-reminded": _l("Guests reminded"),
    "invitation-withdrawn": _l("Invitation withdrawn"),
    "invitation-declined": _l("Invitation declined"),
    "reconfirm-planned": _l("Asking who still comes planned"),
    "reconfirm-stopped": _l("Asking who still comes stopped"),
    "reconfirm-asked": _l("Asked who still comes"),
    "reconfirmed": _l("Answered whether they still come"),
    "repaired": _l("Counted anew and mended"),
}
_ACTORS = {
    "attendee": _l("the attendee"),
    "coordinator": _l("their organisation"),
    "organiser": _l("the organiser"),
    "system": _l("by itself"),
}
_REASONS = {
    ReasonCode.MERGED: _l("These people were registered twice: registration %(id)s stays."),
    ReasonCode.MOVED: _l("Moved to registration %(id)s."),
    ReasonCode.MAIL_QUEUED: _l("The email about registration %(id)s was lost, and is sent."),
    ReasonCode.TAKEN_RECOUNTED: _l("Seats taken were counted as %(before)s instead of %(after)s."),
    ReasonCode.KEPT_RECOUNTED: _l("Seats kept back were counted as %(before)s instead of %(after)s."),
    ReasonCode.WAITING_RECOUNTED: _l("Parties in the line were counted as %(before)s instead of %(after)s."),
}


@dataclass(frozen=True)
class ActivityLine:
    """One thing that happened, for people."""

    what: str
    before: str
    after: str
    who: str
    why: str


def told(entry: JournalEntry, name: str | None) -> ActivityLine:
    """Return *entry* in words; *name* is whose account did it."""
    before, after = entry.before, entry.after
    if entry.action in ("grown", "shrunk"):
        before, after = entry.facts.get("from"), entry.facts.get("to")
    return ActivityLine(
        action_words(entry.action, is_of_registration=entry.registration_id is not None),
        in_words(before),
        in_words(after),
        name or str(_ACTORS.get(entry.actor, entry.actor)),
        reason_of(entry),
    )


def action_words(action: str, *, is_of_registration: bool = False) -> str:
    """Return what was done, in words."""
    if action == "edited" and is_of_registration:
        return str(_("Details corrected"))
    return str(ACTIONS.get(action, action))


def in_words(value: object) -> str:
    """Return a state, or what else something was or became, in words; a number is its own."""
    parts = str("" if value is None else value).split(", ")
    return ", ".join(str(_WORDS.get(part, part)) for part in parts)


def reason_of(entry: JournalEntry) -> str:
    """Return why something was done, in words; empty where nothing says so."""
    kept = entry.facts.get("reason")
    return reason_words(Reason.from_stored(kept) if kept else entry.reason)


def reason_words(reason: Reason | str | None) -> str:
    """Return a reason in words: what a person wrote stands as it is."""
    found = past_reason(reason or "") if not isinstance(reason, Reason) else reason
    if found is None:
        return str(reason or "")
    return str(_REASONS[found.code]) % dict(found.facts)
