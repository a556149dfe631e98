"""What an event promises about its seats, in sentences that stand wherever people read of it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from registration.core import clock
from registration.seats import rules
from registration.seats.rules import LinePolicy
from registration.web.filters import moment


def promises(line: LinePolicy, has_waitlist: bool, zone: str) -> list[str]:
    """Return how seats are given, one sentence for each thing that is so."""
    told = []
    if line.confirms_address:
        told.append(
            ngettext(
                "Free seats are held for you for %(num)s minute, until you press the link in our email.",
                "Free seats are held for you for %(num)s minutes, until you press the link in our email.",
                line.hold_minutes,
            )
        )
    if line.needs_approval:
        told.append(_("The organiser decides on each registration."))
    if line.firm_cap is not None:
        told.append(
            ngettext(
                "At most %(num)s person of one organisation gets a seat.",
                "At most %(num)s people of one organisation get seats.",
                line.firm_cap,
            )
        )
    return [*told, *_of_the_line(line, has_waitlist, zone)]


def _of_the_line(line: LinePolicy, has_waitlist: bool, zone: str) -> list[str]:
    if not has_waitlist or line.waitlist_limit == 0:
        return [_("There is no waitlist: registration ends with the last seat.")]
    told = [_when_full(line)]
    if line.waitlist_limit is not None:
        told.append(
            ngettext(
                "At most %(num)s party can wait.", "At most %(num)s parties can wait.", line.waitlist_limit
            )
        )
    if line.freezes_at is not None:
        told.append(_("From %(when)s on nobody moves up by itself.", when=moment(line.freezes_at, zone)))
    return told


def _when_full(line: LinePolicy) -> Any:
    is_strict = line.policy == rules.STRICT
    if line.promotion == rules.MANUAL:
        return str(
            _("If it is full you join the waitlist. The organiser gives free seats to those who wait.")
        )
    if line.promotion == rules.DIRECT and is_strict:
        return _(
            "If it is full you join the waitlist. Free seats are kept for those ahead of you. As soon as your"
            " whole party fits in what is left, it gets its seats, and we e-mail at once."
        )
    if line.promotion == rules.DIRECT:
        return _(
            "If it is full you join the waitlist. When a seat becomes free it goes to the next party in line"
            " that fits, and we e-mail at once."
        )
    return " ".join([_offered(line, is_strict), *_offer_terms(line)])


def _offered(line: LinePolicy, is_strict: bool) -> Any:
    hours = line.offer_hours
    if is_strict:
        return ngettext(
            "If it is full you join the waitlist. Free seats are kept for those ahead of you. As soon as your"
            " whole party fits in what is left, we offer it its seats for %(num)s hour.",
            "If it is full you join the waitlist. Free seats are kept for those ahead of you. As soon as your"
            " whole party fits in what is left, we offer it its seats for %(num)s hours.",
            hours,
        )
    return ngettext(
        "If it is full you join the waitlist. When a seat becomes free we offer it to the next party in line"
        " that fits, which has %(num)s hour to accept.",
        "If it is full you join the waitlist. When a seat becomes free we offer it to the next party in line"
        " that fits, which has %(num)s hours to accept.",
        hours,
    )


def _offer_terms(line: LinePolicy) -> list[str]:
    told = []
    if line.quiet_from is not None and line.quiet_until is not None:
        told.append(
            _(
                "The hours from %(start)s:00 to %(end)s:00 do not count.",
                start=f"{line.quiet_from:02}",
                end=f"{line.quiet_until:02}",
            )
        )
    if line.direct_hours:
        told.append(
            ngettext(
                "In the last %(num)s hour before the event it goes to them at once.",
                "In the last %(num)s hours before the event it goes to them at once.",
                line.direct_hours,
            )
        )
    return told


def next_step(line: LinePolicy, organiser: str, *, joins_waitlist: bool, is_invited: bool = False) -> str:
    """Return what happens after the form is sent, for whoever is about to press its button.

    Who *is_invited* in person has shown her mailbox, and was decided on.
    """
    confirms = line.confirms_address and not is_invited
    if line.needs_approval and not is_invited:
        reviewed = _(
            "%(organiser)s reviews each registration and emails you the decision.", organiser=organiser
        )
        return " ".join([_("Next, confirm your email address."), reviewed] if confirms else [reviewed])
    if joins_waitlist:
        waits = _("You join the waitlist. We email you if a seat becomes free for you.")
        return " ".join([_("Next, confirm your email address."), waits] if confirms else [waits])
    if confirms:
        held = ngettext(
            "Next, confirm your email address. We hold free seats for you for %(num)s minute.",
            "Next, confirm your email address. We hold free seats for you for %(num)s minutes.",
            line.hold_minutes,
        )
        return str(held)
    return str(_("You see straight away if you have a seat."))


def when_freed(line: LinePolicy, waiting: int, seats: int, starts_at: datetime) -> str:
    """Return what becomes of *seats* that are given back now, for the organiser who is about to do it."""
    now = clock.now()
    if not waiting:
        told = ngettext(
            "%(num)s seat becomes free. Nobody is waiting for it.",
            "%(num)s seats become free. Nobody is waiting for them.",
            seats,
        )
    elif line.stands_still(now):
        told = ngettext(
            "%(num)s seat becomes free, for you to give by hand to somebody who waits.",
            "%(num)s seats become free, for you to give by hand to somebody who waits.",
            seats,
        )
    elif rules.makes_offers(line.promotion, line.direct_hours, starts_at, now):
        told = ngettext(
            "%(num)s seat is offered at once to the next in line that fits.",
            "%(num)s seats are offered at once to the next in line that fit.",
            seats,
        )
    else:
        told = ngettext(
            "%(num)s seat goes at once to the next in line that fits.",
            "%(num)s seats go at once to the next in line that fit.",
            seats,
        )
    return str(told)


def while_waiting(line: LinePolicy, zone: str) -> str:
    """Return what happens next for somebody who waits, in the words of the page and the mail."""
    if line.stands_still(clock.now()):
        return str(_("The organiser gives the seats that become free, and we e-mail you at once."))
    told = [str(_next_for_you(line))]
    if line.freezes_at is not None:
        told.append(_("From %(when)s on nobody moves up by itself.", when=moment(line.freezes_at, zone)))
    return " ".join(told)


def _next_for_you(line: LinePolicy) -> Any:
    if line.promotion == rules.OFFER:
        return ngettext(
            "If seats become free, we offer them to the next party in line that fits, by e-mail; you then"
            " have %(num)s hour to accept.",
            "If seats become free, we offer them to the next party in line that fits, by e-mail; you then"
            " have %(num)s hours to accept.",
            line.offer_hours,
        )
    if line.policy == rules.STRICT:
        return _(
            "Free seats are kept for those ahead of you. As soon as your whole party fits in what is left,"
            " you get your seats, and we e-mail you at once."
        )
    return _("If seats become free, they go to the next party in line that fits, and we e-mail you at once.")
