"""The form of a programme."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from registration.booking.form.fields import Readable, readable_block
from registration.events.models import Programme, ProgrammeEvent
from registration.organiser.event.forms import EventForm
from registration.organiser.programmes.services import Link, ProgrammeFacts
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import TEXT, WholeNumber, line_field

_MOST = 100


class LinkForm(Form):
    """One event that the programme may hold."""

    event_id = HiddenField()
    is_in = BooleanField(_l("Part of this programme"))
    rank = WholeNumber(
        _l("Place in the order"), [Optional(), NumberRange(1, 1000, _l("Enter a number from 1."))]
    )
    requires = SelectField(_l("Only together with"), choices=[])


class ProgrammeForm(SharedForm):
    """The words of a programme, and its events."""

    title = line_field(_l("Title"), required=_l("Enter a title."))
    summary = line_field(_l("In one sentence"), length=500)
    description = TextAreaField(_l("Description"), [Optional(), Readable(TEXT)], filters=[readable_block])
    locale = SelectField(_l("Language of these texts"), choices=EventForm.locale.kwargs["choices"])
    events = FieldList(FormField(LinkForm), _l("Events"), max_entries=_MOST)

    def offer(self, titles: Mapping[int, str]) -> None:
        """Let the rows choose among *titles*; a row of an event that is not among them is dropped."""
        rows = {row.form.event_id.data: row for row in self.events}
        for event_id in titles:
            if str(event_id) not in rows:
                self.events.append_entry({"event_id": str(event_id)})
        choices = [SelectChoice(str(event_id), title) for event_id, title in titles.items()]
        for row in self.events:
            own = row.form.event_id.data
            others = [one for one in choices if one.value != own]
            row.form.requires.choices = [SelectChoice("", _("No other event")), *others]
            row.form.requires.data = row.form.requires.data or ""

    def fill(self, programme: Programme, links: Sequence[ProgrammeEvent]) -> None:
        """Put what is stored into an empty form that has offered its events."""
        for name in ("title", "summary", "description", "locale"):
            self[name].data = getattr(programme, name)
        known = {str(one.event_id): (place, one) for place, one in enumerate(links, 1)}
        for row in self.events:
            place, link = known.get(row.form.event_id.data, (None, None))
            if link is not None:
                row.form.is_in.data, row.form.rank.data = True, place
                row.form.requires.data = str(link.requires_event_id or "")

    def facts(self, titles: Mapping[int, str]) -> ProgrammeFacts:
        """Return what the form says; events without a number follow in the order of their dates."""
        rows: list[Any] = [row.form for row in self.events if row.form.is_in.data]
        known = [str(event_id) for event_id in titles]
        rows = sorted(
            (row for row in rows if row.event_id.data in known),
            key=lambda row: (row.rank.data is None, row.rank.data or 0, known.index(row.event_id.data)),
        )
        links = [
            Link(int(row.event_id.data), int(row.requires.data) if row.requires.data else None)
            for row in rows
        ]
        return ProgrammeFacts(
            self.title.data, self.summary.data or "", self.description.data or "", self.locale.data, links
        )
