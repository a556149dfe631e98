"""Who may register for what: by access code, or by personal invitation. Asked under the gate."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from registration.booking.models import Booking, Invitation
from registration.booking.rules import Application, Wish
from registration.core.among import among
from registration.core.database import table
from registration.core.refusal import Refusal
from registration.events.rules import opens
from registration.journal.services import Actor
from registration.seats import rules
from registration.seats.models import Registration

_invitation, _booked, _registration = table(Invitation).c, table(Booking).c, table(Registration).c
_IS_ANSWERED = (
    exists()
    .where(
        _booked.invitation_id == _invitation.id,
        _registration.booking_id == _booked.id,
        _registration.state.not_in(rules.ENDED),
    )
    .correlate(table(Invitation))
)
_INVITED = select(
    _invitation.id,
    _invitation.event_id,
    _invitation.guests,
    _invitation.withdrawn_at,
    _IS_ANSWERED.label("is_answered"),
).where(among(_invitation.id, "ids"))

CODE_MISSING = _l("Enter the access code that the organiser gave you.")
CODE_WRONG = _l("This access code does not open the form. Check it, or ask the organiser.")
CATEGORY_CODE_MISSING = _l(
    "The category you chose needs its access code. Enter it, or choose another category."
)
ONLY_INVITED = _l(
    "This event is by invitation only. If you are invited, answer by the link in your invitation."
)


class NotInvited(Refusal):
    """The event takes only those who are invited, and this is no invitation of it."""

    status = 403
    code = "not-invited"


class CodeRefused(Refusal):
    """The access code is missing or another one."""

    status = 422
    code = "access-code"


@dataclass
class Invited:
    """An invitation as it is under the gate."""

    event_id: int
    guests: int
    is_withdrawn: bool
    is_answered: bool


def invited(run: Callable[..., Any], invitation_ids: Iterable[int | None]) -> dict[int, Invited]:
    """Return the invitations by id; nothing is asked of the database when there are none."""
    ids = sorted({one for one in invitation_ids if one is not None})
    if not ids:
        return {}
    return {
        row.id: Invited(row.event_id, row.guests, row.withdrawn_at is not None, bool(row.is_answered))
        for row in run(_INVITED, {"ids": ids})
    }


def code_trouble(typed: str, wanted: str, category_codes: Iterable[str]) -> str:
    """Return what is wrong with the code that was typed, or nothing.

    *wanted* is the event's code, *category_codes* those of the categories that were chosen; an empty
    one opens to everybody.
    """
    codes = [code for code in category_codes if code]
    if wanted and not opens(wanted, typed):
        return str(CODE_WRONG if typed else CODE_MISSING)
    if not all(opens(code, typed) for code in codes):
        return str(CODE_WRONG if typed and not wanted else CATEGORY_CODE_MISSING)
    return ""


@dataclass(frozen=True)
class Ways:
    """What the gates' events, the chosen categories and the invitations ask for."""

    events: Mapping[int, Any]
    categories: Mapping[int | None, Any]
    invitations: Mapping[int, Invited]

    def check(self, application: Application, actor: Actor) -> None:
        """Raise NotInvited or CodeRefused unless *application* may come in; an organiser lets in anybody."""
        if actor.kind == "organiser":
            return
        found = self.invitations.get(application.invitation_id or 0)
        if application.invitation_id is not None:
            _check_invitation(found, application)
        for wish in application.wishes:
            is_invited = found is not None and found.event_id == wish.event_id
            event = self.events[wish.event_id]
            if event.by_invitation and not is_invited:
                raise NotInvited(ONLY_INVITED)
            self._check_codes(application.code, wish, "" if is_invited else event.access_code)

    def use(self, application: Application) -> None:
        """Note that the invitation is answered, for those who are decided after it in the same step."""
        if application.invitation_id is not None:
            self.invitations[application.invitation_id].is_answered = True

    def _check_codes(self, typed: str, wish: Wish, wanted: str) -> None:
        chosen = {person.category_id for person in wish.people}
        codes = [one.access_code for one in self.categories.values() if one.id in chosen]
        trouble = code_trouble(typed, wanted, codes)
        if trouble:
            raise CodeRefused(trouble, field="code")


def _check_invitation(found: Invited | None, application: Application) -> None:
    if found is None or found.is_withdrawn:
        raise NotInvited(_l("This invitation is no longer valid. Ask the organiser."))
    if found.is_answered:
        raise NotInvited(
            _l("This invitation was already answered with yes. Our mail has the link to the registration.")
        )
    people = [len(wish.people) for wish in application.wishes if wish.event_id == found.event_id]
    if sum(people) > 1 + found.guests:
        raise NotInvited(_l("This invitation is for fewer people. Remove some and send the form again."))
