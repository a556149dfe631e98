"""What stands beside the options of a form: full, opens later, needs a code."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from registration.booking.form.definition import CategoryGroup, FormDefinition
from registration.booking.form.labels import plain, reads
from registration.booking.form.registration import RegistrationForm
from registration.booking.form.spec import CategoryChoice, FormSpec
from registration.core import clock
from registration.events.rules import Phase, is_open_between
from registration.seats import rules
from registration.seats.queries import Availability
from registration.seats.rules import LinePolicy
from registration.web.filters import moment
from registration.web.locale import page_locale

Rooms = Mapping[int, Availability]
_Ours = Sequence[tuple[int, CategoryChoice]]


def note_options(
    form: RegistrationForm, definition: FormDefinition, seats: Rooms, lines: Mapping[int, LinePolicy]
) -> None:
    """Say at each category of each attendee what whoever chooses it must know, and where a firm is needed."""
    for group in definition.categories:
        for attendee in form.attendees:
            note_categories(attendee.form[group.name], group, definition, seats)
    note_code(form.code, definition)
    note_firm(form.firm, definition, lines)


def note_categories(field: Field, group: CategoryGroup, definition: FormDefinition, seats: Rooms) -> None:
    """Say at each option of *field* whether it is full, needs a code or opens later.

    What opens later stands there too and cannot be chosen; what is full can, where people may wait.
    """
    specs = {spec.event_id: spec for spec in definition.specs}
    offered = {choice.value: choice for choice in map(SelectChoice.from_input, field.choices)}
    found = []
    for value, ours in group.choices:
        if value in offered:
            found.append(_noted(offered[value], field, ours, specs, seats))
        elif opening := opens_later(ours, specs):
            told = _("opens %(when)s", when=moment(*opening))
            found.append(SelectChoice(value, _beside(reads(ours[0][1], "name"), [told]), {"disabled": True}))
    field.choices = found


def note_code(field: Field, definition: FormDefinition) -> None:
    """Say which categories the access code is for, unless it is asked of everybody."""
    if any(spec.access_code for spec in definition.specs):
        return
    names = {
        plain(one, "name"): None for spec in definition.specs for one in spec.categories if one.access_code
    }
    if names:
        field.description = _("Only needed for: %(categories)s.", categories=", ".join(names))


def note_firm(field: Field, definition: FormDefinition, lines: Mapping[int, LinePolicy]) -> None:
    """Mark the organisation as required where an event counts its people by the name of their firm."""
    specs = [spec for spec in definition.specs if needs_firm(lines[spec.event_id])]
    if specs and len(specs) == len(definition.specs):
        field.flags.required = True
        field.description = _("This event has a limit for each organisation.")
    elif specs:
        titles = ", ".join(plain_title(spec) for spec in specs)
        field.description = _(
            "Needed for %(titles)s, which has a limit for each organisation.", titles=titles
        )


def needs_firm(line: LinePolicy) -> bool:
    """Say whether everybody must name an organisation."""
    return line.firm_cap is not None and line.firm_cap_by == rules.BY_NAME


def require_firm(fields: Sequence[Field], line: LinePolicy) -> None:
    """Mark the organisation of people who are registered already as one that must stay."""
    for field in fields if needs_firm(line) else ():
        field.flags.required = True


def opens_later(ours: _Ours, specs: Mapping[int, FormSpec]) -> tuple[datetime, str] | None:
    """Return when the category opens for the first event of the form, and that event's time zone."""
    at = clock.now()
    found = [
        (one.opens_at, specs[event_id].time_zone)
        for event_id, one in ours
        if one.opens_at is not None and at < one.opens_at < _until(one, specs[event_id])
    ]
    return min(found, default=None)


def _until(one: CategoryChoice, spec: FormSpec) -> datetime:
    ends = spec.closes_at or spec.starts_at
    return ends if one.closes_at is None else min(ends, one.closes_at)


def _noted(
    choice: SelectChoice, field: Field, ours: _Ours, specs: Mapping[int, FormSpec], seats: Rooms
) -> SelectChoice:
    at = clock.now()
    taking = [
        (specs[event_id], one)
        for event_id, one in ours
        if specs[event_id].phase is Phase.OPEN and is_open_between(one.opens_at, one.closes_at, at)
    ]
    full = [spec for spec, one in taking if seats[spec.event_id].left_in(one.id) <= 0]
    told = _told_full(full, seats, is_everywhere=len(full) == len(taking)) if full else []
    if any(one.access_code for _event_id, one in ours):
        told.append(_("needs an access code"))
    # Nobody gets in or waits there; what was chosen before it filled stays chosen, to be refused in words.
    is_shut = len(full) == len(taking) > 0 and not any(_may_wait(spec, seats) for spec in full)
    disabled = {"disabled": True} if is_shut and field.data != choice.value else {}
    return SelectChoice(choice.value, _beside(choice.label, told), disabled)


def _told_full(full: Sequence[FormSpec], seats: Rooms, *, is_everywhere: bool) -> list[str]:
    may_wait = all(_may_wait(spec, seats) for spec in full)
    if is_everywhere:
        return [_("full: waitlist") if may_wait else _("full")]
    titles = ", ".join(plain_title(spec) for spec in full)
    return [_("full at %(titles)s", titles=titles)]


def _may_wait(spec: FormSpec, seats: Rooms) -> bool:
    return spec.has_waitlist and seats[spec.event_id].may_wait


def plain_title(spec: FormSpec) -> str:
    """Return the title for the page's reader, to stand within a sentence."""
    return spec.title(page_locale())[0]


def _beside(label: Any, told: Sequence[str]) -> Any:
    return Markup("{} ({})").format(label, "; ".join(told)) if told else label
