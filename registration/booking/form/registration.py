"""The registration form: its shape and its sentences, no decision about seats."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from registration.booking.form import questions
from registration.booking.form.definition import FormDefinition
from registration.booking.form.email_typos import suggestion
from registration.booking.form.fields import (
    ChoiceField,
    EmailAddress,
    MultiCheckboxField,
    Must,
    NoLink,
    Readable,
    cleaned,
    cleaned_address,
)
from registration.booking.form.labels import reads
from registration.web.locale import page_locale

NAME_LENGTH = 100
EMAIL_LENGTH = 254
FIRM_LENGTH = 200
CODE_LENGTH = 200
USE, KEEP = "use", "keep"
_ONE_ANSWER = _l("I agree that %(organiser)s uses this answer, for this event only.")
_ANSWERS = _l(
    "I agree that %(organiser)s uses the answers about health, food or access, for this event only."
)
# Of the first attendee, where that is not the contact.
_THEIRS = {"name": _l("Their full name"), "email": _l("Their email address")}


class AttendeeForm(Form):
    """One attendee; categories and questions are added by event."""

    name = StringField(_l("Full name"), [Optional(), Readable(NAME_LENGTH), NoLink()], filters=[cleaned])
    email = StringField(
        _l("Email address"), [Optional(), Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned_address]
    )
    firm = StringField(_l("Organisation"), [Optional(), Readable(FIRM_LENGTH), NoLink()], filters=[cleaned])


class RegistrationForm(FlaskForm):
    """The contact and what is sent along; events, attendees and questions are added by definition.

    The form needs no cookie: the signed submit key stands in for the CSRF token (web/guards.py).
    """

    class Meta:
        csrf = False

    submit_key = HiddenField()
    locale = HiddenField()
    name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter your full name.")), Readable(NAME_LENGTH), NoLink()],
        filters=[cleaned],
    )
    email = StringField(
        _l("Email address"),
        [DataRequired(_l("Enter your email address.")), Readable(EMAIL_LENGTH), EmailAddress()],
        filters=[cleaned_address],
    )
    email_choice = ChoiceField(_l("Check your email address"), [Optional()], choices=[])
    # The address that was probably meant by what was typed, where that looks like a slip.
    meant_email: str | None = None
    firm = StringField(_l("Organisation"), [Optional(), Readable(FIRM_LENGTH), NoLink()], filters=[cleaned])
    code = StringField(_l("Access code"), [Optional(), Readable(CODE_LENGTH)], filters=[cleaned_address])
    # A trap for programs that fill in every field; people do not see it unless they filled it in.
    website = StringField(_l("Leave this empty"), [Optional(), Readable(FIRM_LENGTH)])
    seats_seen = HiddenField()
    flexible = BooleanField(
        _l("If there are not enough seats for everyone, give seats to as many of us as possible")
    )
    consent = BooleanField(validators=[InputRequired(_l("Tick the box to agree."))])
    consent_sensitive = BooleanField()


def registration_form(
    definition: FormDefinition, formdata: Mapping[str, Any] | None, *, blocks: int = 1, most: int = 10
) -> RegistrationForm:
    """Return the form of *definition* with what was sent, or an empty one with *blocks* attendees."""
    form_class = _form_class(definition, most, page_locale())
    if formdata is None:
        form = form_class(formdata=None)
        while len(form.attendees) < blocks:
            form.attendees.append_entry()
    else:
        form = form_class(formdata=formdata)
    _offer(form, definition)
    return form


def word_agreements(form: Form, definition: FormDefinition) -> None:
    """Say to what one agrees with *form*, and with whom; what was shown is kept with the registration."""
    organiser = definition.specs[0].organiser
    if "consent" in form:
        form.consent.label.text = _(
            "I agree that %(organiser)s uses these details to run the event.", organiser=organiser
        )
    if "consent_sensitive" in form:
        asked = sum(one.question.is_sensitive for one in definition.questions)
        is_one = asked * len(getattr(form, "attendees", [form])) == 1
        form.consent_sensitive.label.text = str(_ONE_ANSWER if is_one else _ANSWERS) % {
            "organiser": organiser
        }


def add_attendee(form: RegistrationForm, definition: FormDefinition, most: int) -> None:
    """Add a block for one more person."""
    if len(form.attendees) < most:
        form.attendees.append_entry()
        _offer(form, definition)


def _offer(form: RegistrationForm, definition: FormDefinition) -> None:
    """Let each attendee choose among what is open; a single category is chosen already."""
    word_agreements(form, definition)
    form.meant_email = suggestion(form.email.data or "")
    if form.meant_email is not None:
        form.email_choice.choices = [
            SelectChoice(USE, _("Use %(address)s", address=form.meant_email)),
            SelectChoice(KEEP, _("Keep %(address)s", address=form.email.data)),
        ]
    if definition.is_programme:
        events = [SelectChoice(spec.slug, spec.title(page_locale())[0]) for spec in definition.open_specs]
        form.events.choices = events
        for attendee in form.attendees:
            attendee.form.events.choices = events
    sessions = [SelectChoice(value, reads(one, "name")) for value, one in definition.open_sessions]
    for attendee in form.attendees if definition.sessions else ():
        attendee.form.sessions.choices = sessions
    for field in ("name", "email"):
        form.attendees[0].form[field].label.text = _THEIRS[field]
    for group in definition.categories:
        choices = [SelectChoice(value, reads(one, "name")) for value, one in group.open_now()]
        for attendee in form.attendees:
            field = attendee.form[group.name]
            field.choices = choices
            if len(group.event_ids) < len(definition.specs):
                field.label.text = _("Category: %(titles)s", titles=_titles(group.event_ids, definition))
            if len(choices) == 1 and not field.raw_data:
                field.data = choices[0].value


def _titles(event_ids: Collection[int], definition: FormDefinition) -> str:
    return ", ".join(spec.title(page_locale())[0] for spec in definition.specs if spec.event_id in event_ids)


@lru_cache(maxsize=256)
def _form_class(definition: FormDefinition, most: int, _locale: str) -> type[RegistrationForm]:
    """Return the form's class; the organiser's words in it are those of the reader's language."""
    event_ids = [spec.event_id for spec in definition.specs]
    own: dict[str, Any] = questions.fields_of(definition.of_contact, event_ids)
    fields: dict[str, Any] = {}
    if definition.is_programme:
        own["events"] = MultiCheckboxField(_l("Events"), [Must()], choices=[])
        own["together"] = BooleanField(_l("Register only if all the chosen events have seats for everyone"))
        fields["events"] = MultiCheckboxField(_l("Only some of the events"), [Optional()], choices=[])
    for group in definition.categories:
        is_certain = len(group.event_ids) == len(event_ids)
        first: Field = Must() if is_certain else Optional()
        fields[group.name] = ChoiceField(_l("Category"), [first], choices=[])
    if definition.sessions:
        fields["sessions"] = MultiCheckboxField(_l("Sessions"), [Optional()], choices=[])
    fields |= questions.fields_of(definition.of_attendees, event_ids)
    attendee = type("EventAttendeeForm", (AttendeeForm,), fields)
    # One more than allowed is read, so that too many are told instead of dropped.
    attendees = FieldList(FormField(attendee), min_entries=1, max_entries=most + 1)
    return type("EventRegistrationForm", (RegistrationForm,), {**own, "attendees": attendees})
