"""What both registration forms do with a request: show, add, remove, register, keep all that was typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from registration.booking.admission.prerequisites import NotWithoutTheOther
from registration.booking.admission.services import SubmittedDifferently, register
from registration.booking.form import attendee_blocks
from registration.booking.form import registration as form_registration
from registration.booking.form.definition import FormDefinition
from registration.booking.form.fields import cleaned
from registration.booking.form.registration import RegistrationForm
from registration.booking.form.validation import checked, errors_of, tell, tell_each
from registration.booking.views.codes import count_code
from registration.booking.views.files import with_files
from registration.booking.views.rush import TooManyForms, count_form
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.seats.queries import Availability, availability
from registration.web.guards import StaleForm, check_form_key, form_key
from registration.web.locale import asks_language, page_locale


@dataclass(frozen=True)
class Shown:
    """A form as a page shows it: why it comes back, and which control the reader goes on at."""

    form: RegistrationForm
    status: int = 200
    focus: str = ""
    refusal: Refusal | None = None
    # The seats as they were when the form came, where they must not tell what it led to.
    seats: Mapping[int, Availability] | None = None


Page = Callable[[Shown], ResponseReturnValue]


def empty(definition: FormDefinition, page: Page) -> ResponseReturnValue:
    """Show the empty form; `attendees` and `events` in the address fill it in a little."""
    most = current_app.config["MAX_PARTY"]
    blocks = min(max(request.args.get("attendees", 1, type=int) or 1, 1), most)
    form = form_registration.registration_form(definition, None, blocks=blocks, most=most)
    form.locale.data = page_locale()
    # A coordinator comes from the page of her firm.
    form.firm.data = cleaned(request.args.get("firm", "")[: form_registration.FIRM_LENGTH])
    if definition.is_programme:
        open_slugs = [spec.slug for spec in definition.open_specs]
        asked = request.args.getlist("events")
        form.events.data = [one for one in open_slugs if one in asked or len(open_slugs) == 1]
    return page(Shown(form))


def sent(
    definition: FormDefinition,
    page: Page,
    already: str,
    *,
    most: int | None = None,
    invitation_id: int | None = None,
) -> ResponseReturnValue:
    """Register whoever is in the form, or show it again with what to do.

    *already* is where an address that is registered goes; *most* how many people the form may name;
    *invitation_id* the personal invitation that it answers: whose link that is, is no program.
    """
    most = most or current_app.config["MAX_PARTY"]
    data, told = with_files(definition)
    only_shown = _not_sent(definition, data, told, most)
    if only_shown is not None:
        return page(only_shown)
    form = form_registration.registration_form(definition, data, most=most)
    event_ids = [spec.event_id for spec in definition.specs]
    is_linked = any(spec.only_with for spec in definition.specs)
    before = availability(db.session(), event_ids) if is_linked else None
    try:
        count_code(definition, form)
        is_invited = invitation_id is not None
        nonce = check_form_key(definition.purpose, form.submit_key.data or "", may_be_quick=is_invited)
        asked = checked(form, definition, nonce, most, told)
        if asked:
            asked = replace(asked, invitation_id=invitation_id)
            count_form(asked)
        receipt = register(asked) if asked else None
    except NotFound:
        raise
    except Refusal as refusal:
        tell(form, refusal)
        seats = before if isinstance(refusal, NotWithoutTheOther) else None
        return page(Shown(form, refusal.status, refusal=refusal, seats=seats))
    if receipt is None:
        return page(Shown(form, 422))
    if receipt.token is None:
        return redirect(already, 303)
    # Who saw seats and got none is told why.
    seen = (form.seats_seen.data or "").split() if receipt.is_waiting else []
    went, short = _without_seats(definition, seen)
    return redirect(url_for("booking.booking", token=receipt.token, went=went, short=short), 303)


def told_of(definition: FormDefinition, shown: Shown) -> FormDefinition:
    """Return what the page says: no number of seats where it would tell what the form led to."""
    if shown.seats is None:
        return definition
    return replace(definition, specs=tuple(replace(spec, shows_seats=False) for spec in definition.specs))


def _not_sent(
    definition: FormDefinition, data: MultiDict[str, str], told: dict[str, list[str]], most: int
) -> Shown | None:
    """Return the form as it was typed where it asks only for another language, for more people or fewer."""
    focus = ""
    if asks_language():
        form = form_registration.registration_form(definition, data, most=most)
        form.locale.data = page_locale()
        tell_each(form, told)
    elif "remove" in data:
        index = data.get("remove", -1, type=int)
        kept = attendee_blocks.without_attendee(data, index)
        form = form_registration.registration_form(definition, kept, most=most)
        tell_each(form, attendee_blocks.without_attendee(MultiDict(told), index).to_dict(flat=False))
        # The first block begins with the contact, who may be the first attendee.
        focus = f"attendees-{index - 1}-name" if index > 1 else "name"
    elif "add" in data:
        form = form_registration.registration_form(definition, data, most=most)
        form_registration.add_attendee(form, definition, most)
        tell_each(form, told)
        focus = f"attendees-{len(form.attendees) - 1}-name"
    else:
        return None
    return Shown(form, 422, "" if errors_of(form) else focus)


def _without_seats(definition: FormDefinition, seen: Sequence[str]) -> tuple[str | None, str | None]:
    """Return which events of those *seen* with seats are full now, and which have some for other choices."""
    specs = [spec for spec in definition.specs if spec.slug in seen]
    seats = availability(db.session(), [spec.event_id for spec in specs]) if specs else {}
    went = [spec.slug for spec in specs if seats[spec.event_id].event.left <= 0]
    short = [spec.slug for spec in specs if spec.slug not in went]
    return " ".join(went) or None, " ".join(short) or None


def renew(definition: FormDefinition, shown: Shown, with_seats: Iterable[str]) -> None:
    """Note which events have seats on the page, and give the form a key where it has none that is good."""
    shown.form.seats_seen.data = " ".join(with_seats)
    # What was sent before with other answers would be the same form for ever.
    is_used = isinstance(shown.refusal, SubmittedDifferently)
    if not shown.form.submit_key.data or shown.status == StaleForm.status or is_used:
        shown.form.submit_key.data = form_key(definition.purpose)


def earlier(shown: Shown) -> dict[str, str] | None:
    """Return the page that leads to what this form made before, and the words of the button; else None.

    Whoever has the form's key has just sent it. Where the link has become the reader's alone, it is mailed.
    """
    if not isinstance(shown.refusal, SubmittedDifferently):
        return None
    token = shown.refusal.token
    if token is None:
        return {
            "href": url_for("booking.ask_links"),
            "says": _("Get the link of that registration by email"),
        }
    return {"href": url_for("booking.booking", token=token), "says": _("Change that registration")}


def headers(shown: Shown) -> dict[str, str]:
    """Return when a program may send the form again, where that is known."""
    if isinstance(shown.refusal, TooManyForms):
        return {"Retry-After": str(shown.refusal.retry_after)}
    return {"Retry-After": "10"} if shown.status == 503 else {}
