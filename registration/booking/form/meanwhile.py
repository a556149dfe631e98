"""A form of a booking that was saved since it was opened: by somebody else, or in another tab."""

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import Field

from registration.booking.changes.written import key_of
from registration.booking.form.definition import FormDefinition
from registration.booking.form.people import KeyedForm, PeopleForm
from registration.core.optimistic_lock import ChangedMeanwhile
from registration.web.field_values import spoken_value


def fields_of_people(form: PeopleForm, definition: FormDefinition) -> dict[str, Field]:
    """Return the fields of *form* by the names that the values have (booking/changes/written.py)."""
    found: dict[str, Field] = {}
    for number, attendee in enumerate(form.attendees):
        known = str(attendee.form.id.data or "")
        if not (known.isdecimal() and len(known) < 10):
            continue
        found |= {key_of(int(known), name): attendee.form[name] for name in ("name", "email", "firm")}
        found |= {
            key_of(int(known), one.ids[0][1]): attendee.form[one.name] for one in definition.of_attendees
        }
        if number == 0:
            found |= {key_of(int(known), one.ids[0][1]): form[one.name] for one in definition.of_contact}
    return found


def overtaken(
    form: KeyedForm, changed: ChangedMeanwhile, fields: Mapping[str, Field], stored: Mapping[str, Field]
) -> None:
    """Say what was saved meanwhile; what was typed stays, and saving again overwrites that.

    *fields* are those of the form, and *stored* the same with what is saved now. What was changed
    elsewhere alone stands in the form from now on.
    """
    form.seen.data = changed.seen
    for name in changed.theirs:
        if name in fields and name in stored:
            fields[name].data, fields[name].raw_data = stored[name].data, None
    both = [name for name in changed.names if name in fields]
    form.form_errors.append(
        _(
            "This was saved meanwhile in another window, or by someone else: %(what)s. What you "
            "typed is still here. Save again to overwrite what was saved.",
            what=", ".join(f"“{fields[name].label.text}”" for name in both),
        )
    )
    for name in both:
        if name in stored:
            fields[name].errors = [_("Saved meanwhile: %(value)s", value=spoken_value(stored[name]))]
