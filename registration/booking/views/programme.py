"""The one registration form of a programme's events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from registration.booking.admission.services import EventFull
from registration.booking.form.definition import FormDefinition
from registration.booking.form.option_notes import note_options
from registration.booking.form.programme_definition import programme_definition
from registration.booking.form.registration import RegistrationForm
from registration.booking.form.spec import FormSpec
from registration.booking.form.validation import errors_of
from registration.booking.views import filling
from registration.booking.views.filling import Shown
from registration.core.database import db
from registration.events.rules import Phase
from registration.seating.public_rules import next_step
from registration.seats.queries import Availability, SeatsNow, availability, line_policies, seats_now
from registration.seats.rules import LinePolicy
from registration.web.locale import page_locale


@dataclass(frozen=True)
class Option:
    """An event of the programme as the form offers it. *needs* is the title it can only be had with."""

    spec: FormSpec
    title: str
    title_locale: str
    phase: str
    now: SeatsNow
    needs: str

    @property
    def may_wait(self) -> bool:
        return self.spec.has_waitlist and self.now.may_wait

    @property
    def is_full(self) -> bool:
        return self.now.left <= 0 and not self.may_wait


def show(slug: str) -> ResponseReturnValue:
    """Show the empty form."""
    definition = _definition(slug)
    return filling.empty(definition, lambda shown: _page(definition, shown))


def submit(slug: str) -> ResponseReturnValue:
    """Register whoever is in the form for the events they chose, or show it again with what to do."""
    definition = _definition(slug)
    already_url = url_for("booking.already_in_programme", slug=slug)
    return filling.sent(definition, lambda shown: _page(definition, shown), already_url)


def already(slug: str) -> ResponseReturnValue:
    """Say, revealing nothing, that the link was sent again if the address is registered."""
    definition = _definition(slug)
    return render_template(
        "booking/already.html",
        title=definition.title,
        title_locale=definition.title_locale,
        back=url_for("booking.register_programme", slug=slug),
        is_programme=True,
    )


def _definition(slug: str) -> FormDefinition:
    definition = programme_definition(db.session(), slug)
    if definition is None:
        abort(404)
    return definition


def _page(definition: FormDefinition, shown: Shown) -> ResponseReturnValue:
    definition = filling.told_of(definition, shown)
    seats = shown.seats or availability(db.session(), [spec.event_id for spec in definition.specs])
    lines = line_policies(db.session(), list(seats))
    options = _options(definition, seats, lines)
    note_options(shown.form, definition, seats, lines)
    if isinstance(shown.refusal, EventFull):
        _name_full(shown.form, options)
    errors = errors_of(shown.form)
    filling.renew(definition, shown, [one.spec.slug for one in options if not one.now.joins_waitlist])
    page = render_template(
        "booking/programme.html",
        definition=definition,
        options=options,
        rooms={key: room for one in seats.values() for key, room in one.sessions.items()},
        what_next=_what_next(options, lines),
        is_open=any(one.spec in definition.open_specs and not one.is_full for one in options),
        form=shown.form,
        errors=errors,
        has_errors=bool(errors),
        focus=shown.focus,
        earlier=filling.earlier(shown),
        is_gone=isinstance(shown.refusal, EventFull),
    )
    return page, shown.status, filling.headers(shown)


def _what_next(options: Sequence[Option], lines: Mapping[int, LinePolicy]) -> list[tuple[str, str]]:
    """Return what happens after the press, each sentence once, with the titles of its events."""
    told: dict[str, list[str]] = {}
    for one in options:
        if one.spec.phase is Phase.OPEN and not one.spec.by_invitation and not one.is_full:
            line = lines[one.spec.event_id]
            sentence = next_step(line, one.spec.organiser, joins_waitlist=one.now.joins_waitlist)
            told.setdefault(sentence, []).append(one.title)
    return [(", ".join(titles), sentence) for sentence, titles in told.items()]


def _name_full(form: RegistrationForm, options: Sequence[Option]) -> None:
    """Say which of the chosen events has too few seats and no waitlist."""
    size = len(form.attendees)
    full = [
        one.title
        for one in options
        if one.spec.slug in form.events.data and not one.may_wait and one.now.left < size
    ]
    if full:
        form.form_errors.clear()
        form.events.errors = [
            ngettext(
                "%(titles)s has no seats left for all of you, and no waitlist. Nothing was registered.",
                "%(titles)s have no seats left for all of you, and no waitlist. Nothing was registered.",
                len(full),
                titles=", ".join(full),
            )
        ]


def _options(
    definition: FormDefinition, seats: Mapping[int, Availability], lines: Mapping[int, LinePolicy]
) -> list[Option]:
    titles = {spec.event_id: spec.title(page_locale()) for spec in definition.specs}
    needs = dict(definition.requires)
    return [
        Option(
            spec,
            *titles[spec.event_id],
            spec.phase.value,
            seats_now(seats[spec.event_id], [one.id for one in spec.categories], lines[spec.event_id]),
            titles.get(needs.get(spec.event_id, 0), ("", ""))[0],
        )
        for spec in definition.specs
    ]
