"""The forms of an event's details."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

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
    Moment,
    WholeNumber,
    line_field,
    moment_of,
)
from registration.organiser.shared.local_times import Occurrence, is_skipped, moment_in, occurrence_of
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
    starts_at = Moment(
        _l("Starts"),
        [InputRequired(_l("Enter when it starts."))],
        description=_l(
            "Sessions, opening, closing and other dates that are still to come move with the event."
        ),
    )
    starts_which = Occurrence(_l("Which of the two does it start at?"))
    ends_at = Moment(_l("Ends"), [InputRequired(_l("Enter when it ends."))])
    ends_which = Occurrence(_l("Which of the two does it end at?"))
    time_zone = SelectField(_l("Time zone"), choices=sorted(available_timezones()))
    all_day = BooleanField(_l("All day"))
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
            SelectChoice("published", _l("Published: everybody")),
            SelectChoice("draft", _l("Draft: only your team")),
        ],
    )

    def validate_online_url(self, field: Field) -> None:
        """Refuse what is no web address."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Enter an address that begins with https://."))

    def facts(self, status: str | None = None) -> Facts:
        """Return what the form says, with its local times as moments. Raises ValueError at a skipped hour."""
        zone = ZoneInfo(self.time_zone.data)
        return Facts(
            starts_at=moment_in(self.starts_at.data, zone, self.starts_which),
            ends_at=moment_in(self.ends_at.data, zone, self.ends_which),
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
        for field in (self.starts_at, self.ends_at, self.opens_at, self.closes_at):
            if field.data and is_skipped(field.data, zone):
                field.errors = [
                    _("This time does not exist: the clocks go forward. Choose one an hour later.")
                ]
                is_valid = False
        for field, which in ((self.starts_at, self.starts_which), (self.ends_at, self.ends_which)):
            if which.ask(field.data, zone):
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
    for field, which, at in (
        (form.starts_at, form.starts_which, event.starts_at),
        (form.ends_at, form.ends_which, event.ends_at),
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
