"""The forms of an event's details."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from registration.booking.form.fields import Readable, readable_block
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.events.services import Facts, Text
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import (
    TEXT,
    DayOrMoment,
    Moment,
    WholeNumber,
    line_field,
    moment_of,
)
from registration.organiser.shared.local_times import (
    Occurrence,
    is_skipped,
    last_day,
    moment_in,
    occurrence_of,
    whole_days,
)
from registration.organiser.shared.zones import zone_choices
from registration.seats import rules
from registration.web.locale import language_choices

MOST_CATEGORIES = 12


class CategoryForm(Form):
    """One row of the categories of a new event."""

    name = line_field(_l("Category"), length=100)
    capacity = WholeNumber(
        _l("Seats of its own"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, _l("Enter a number from 0 to 1000000."))],
    )


class EventForm(SharedForm):
    """When, where, in which words, and how people register."""

    beside: ClassVar[Mapping[str, Sequence[str]]] = {
        "starts_at": ("starts_which",),
        "ends_at": ("ends_which",),
    }

    title = line_field(_l("Title"), required=_l("Enter a title."))
    summary = line_field(_l("In one sentence"), length=500)
    description = TextAreaField(
        _l("Description"),
        [Optional(), Readable(TEXT)],
        filters=[readable_block],
        description=_l("Markdown: **bold**, *italic*, lists and [links](https://example.org)."),
    )
    locale = SelectField(
        _l("Language of these texts"),
        choices=language_choices(),
    )
    starts_at = DayOrMoment(
        _l("Starts"),
        [InputRequired(_l("Enter when it starts."))],
        description=_l(
            "Sessions, opening, closing and other dates that are still to come move with the event."
        ),
    )
    starts_which = Occurrence(_l("Which of the two does it start at?"))
    ends_at = DayOrMoment(_l("Ends"), [InputRequired(_l("Enter when it ends."))])
    ends_which = Occurrence(_l("Which of the two does it end at?"))
    time_zone = SelectField(_l("Time zone"), choices=[])
    all_day = BooleanField(
        _l("All day"), description=_l("Only the dates count then; the last day is the one you enter.")
    )
    venue = line_field(_l("Venue"))
    street = line_field(_l("Street"))
    city = line_field(_l("City"), length=100)
    online_url = line_field(_l("Address of the online meeting"), length=500)
    opens_at = Moment(_l("Registration opens"), [Optional()])
    closes_at = Moment(
        _l("Registration closes"),
        [Optional()],
        description=_l("Empty: when the event starts."),
    )
    shows_seats = BooleanField(_l("Show how many seats are left"))
    has_waitlist = BooleanField(_l("Keep a waitlist when it is full"))
    status = SelectField(
        _l("Who sees it"),
        choices=[
            SelectChoice("published", _l("Published: everyone")),
            SelectChoice("draft", _l("Draft: only your team")),
        ],
    )

    def __init__(self, *args: Any, kept_zone: str = "", **kwargs: Any) -> None:
        """Take *kept_zone*, the zone of what is stored, which may have an old name."""
        super().__init__(*args, **kwargs)
        self.time_zone.choices = zone_choices(kept_zone)
        self.ask_days()

    def ask_days(self) -> None:
        """Ask for dates where the event lasts all day, else for dates and times."""
        for field in (self.starts_at, self.ends_at):
            field.asks_day = bool(self.all_day.data)

    def validate_online_url(self, field: Field) -> None:
        """Refuse what is no web address."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Enter an address that begins with https://."))

    def facts(self, status: str | None = None) -> Facts:
        """Return what the form says, with its local times as moments. Raises ValueError at a skipped hour."""
        zone = ZoneInfo(self.time_zone.data)
        if self.all_day.data:
            starts_at, ends_at = whole_days(self.starts_at.data.date(), self.ends_at.data.date(), zone)
        else:
            starts_at = moment_in(self.starts_at.data, zone, self.starts_which)
            ends_at = moment_in(self.ends_at.data, zone, self.ends_which)
        return Facts(
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=self.time_zone.data,
            all_day=self.all_day.data,
            venue=self.venue.data or "",
            street=self.street.data or "",
            city=self.city.data or "",
            online_url=self.online_url.data or "",
            opens_at=moment_of(self.opens_at, zone) if self.opens_at.data else None,
            closes_at=moment_of(self.closes_at, zone) if self.closes_at.data else None,
            shows_seats=self.shows_seats.data,
            has_waitlist=self.has_waitlist.data,
            locale=self.locale.data,
            status=status or self.status.data,
        )

    def text(self) -> Text:
        """Return the words."""
        return Text(self.locale.data, self.title.data, self.summary.data or "", self.description.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape, then that each local time exists in its zone."""
        if not super().validate(extra_validators):
            return False
        is_valid, zone = True, ZoneInfo(self.time_zone.data)
        hours = () if self.all_day.data else (self.starts_at, self.ends_at)
        if self.all_day.data and self.ends_at.data.date() < self.starts_at.data.date():
            self.ends_at.errors = [_("The last day must not come before the first.")]
            is_valid = False
        for field in hours:
            if field.is_day_alone:
                field.errors = [_("Enter the time too, or tick that it lasts all day.")]
                is_valid = False
        for field in (*hours, self.opens_at, self.closes_at):
            if field.data and is_skipped(field.data, zone):
                field.errors = [
                    _("This time does not exist: the clocks go forward. Choose one an hour later.")
                ]
                is_valid = False
        for field, which in ((self.starts_at, self.starts_which), (self.ends_at, self.ends_which)):
            if hours and which.ask(field.data, zone):
                field.errors = [
                    _("This time comes twice: the clocks go back. Say below which of the two you mean.")
                ]
                is_valid = False
        return is_valid


class NewEventForm(EventForm):
    """A new event also has its capacity and categories."""

    capacity = WholeNumber(
        _l("Seats"),
        [
            InputRequired(_l("Enter how many seats there are.")),
            NumberRange(0, rules.MOST_SEATS, _l("Enter a number from 0 to 1000000.")),
        ],
    )
    policy = SelectField(
        _l("When a seat becomes free"),
        choices=[
            SelectChoice(rules.FIRST_FIT, _l("It goes to the next party that fits: no seat stays empty")),
            SelectChoice(rules.STRICT, _l("Strictly in order: free seats are kept for those ahead")),
        ],
    )
    categories = FieldList(FormField(CategoryForm), min_entries=4, max_entries=MOST_CATEGORIES)


def with_days_kept(facts: Facts, event: Event) -> Facts:
    """Return *facts* with the stored moments where an event lasts the same whole days as before.

    One that was entered by the hour keeps its hours: nobody is told of a change that is none.
    """
    if not (facts.all_day and event.all_day and facts.time_zone == event.time_zone):
        return facts
    zone = ZoneInfo(event.time_zone)
    first, last = event.starts_at.astimezone(zone).date(), last_day(event.starts_at, event.ends_at, zone)
    if whole_days(first, last, zone) != (facts.starts_at, facts.ends_at):
        return facts
    return replace(facts, starts_at=event.starts_at, ends_at=event.ends_at)


def fill(form: EventForm, event: Event, locale: str) -> None:
    """Put what is stored into an empty form."""
    zone = ZoneInfo(event.time_zone)
    for name in (
        "time_zone",
        "all_day",
        "venue",
        "street",
        "city",
        "online_url",
        "shows_seats",
        "has_waitlist",
    ):
        form[name].data = getattr(event, name)
    form.status.data = event.status if event.status != EventStatus.CANCELLED else "published"
    form.locale.data = locale
    for name in ("starts_at", "ends_at", "opens_at", "closes_at"):
        at: datetime | None = getattr(event, name)
        form[name].data = None if at is None else at.astimezone(zone).replace(tzinfo=None)
    if event.all_day:
        form.ends_at.data = datetime.combine(last_day(event.starts_at, event.ends_at, zone), time())
    form.ask_days()
    for field, which, at in (
        ()
        if event.all_day
        else (
            (form.starts_at, form.starts_which, event.starts_at),
            (form.ends_at, form.ends_which, event.ends_at),
        )
    ):
        which.data = occurrence_of(at, zone)
        which.ask(field.data, zone)
    for text in event.texts:
        if text.locale == locale:
            form.title.data, form.summary.data, form.description.data = (
                text.title,
                text.summary,
                text.description,
            )
