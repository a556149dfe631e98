"""The registration form of an event: its shape and its sentences, no decision about seats."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, StopValidation

from registration.booking.formspec import CategoryChoice, FormSpec, QuestionField
from registration.booking.rules import Application, Person, Wish
from registration.booking.ways_in import code_trouble
from registration.core import clock, text
from registration.core.refusal import Refusal
from registration.events.rules import is_open_between
from registration.web.locale import LOCALES, page_locale

NAME_LENGTH = 100
EMAIL_LENGTH = 254
FIRM_LENGTH = 200
ANSWER_LENGTH = 1000
CODE_LENGTH = 200
CONSENT = _l("I agree that the organiser uses these details to run the event, as described under Privacy.")
SENSITIVE_CONSENT = _l(
    "I agree that the organiser uses what I answered about health, food or access, for this event only."
)


class Readable:
    """Refuse what cannot be stored or shown, and what is longer than *length* characters."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Form, field: Field) -> None:
        value = field.data or ""
        if not text.is_readable(value):
            raise StopValidation(_("This contains characters that we cannot store. Type it again."))
        if len(value) > self.length:
            raise StopValidation(
                _(
                    "Use at most %(most)s characters; these are %(count)s.",
                    most=self.length,
                    count=len(value),
                )
            )


class EmailAddress:
    """Refuse what cannot be an e-mail address (RFC 5321); look-alikes pass."""

    def __call__(self, _form: Form, field: Field) -> None:
        try:
            text.normal_email(field.data or "")
        except ValueError:
            raise ValidationError(_("Enter an e-mail address in the form name@example.org.")) from None


def cleaned(value: str | None) -> str | None:
    """Return a line as it will be stored; unreadable text stays as typed, to be refused and shown."""
    return text.line(value) if value and text.is_readable(value) else value


class ChoiceField(RadioField):
    """Radios that say in our words what to do when something else was sent."""

    def pre_validate(self, form: Form) -> None:
        if self.data and not any(match for _value, _label, match, *_rest in self.iter_choices()):
            raise ValidationError(_("Choose one of the options that are listed."))


class AttendeeForm(Form):
    """One attendee; categories and questions are added by event."""

    name = StringField(_l("Full name"), [Optional(), Readable(NAME_LENGTH)], filters=[cleaned])
    email = StringField(_l("E-mail"), [Optional(), Readable(EMAIL_LENGTH), EmailAddress()], filters=[cleaned])
    firm = StringField(_l("Organisation"), [Optional(), Readable(FIRM_LENGTH)], filters=[cleaned])


class RegistrationForm(FlaskForm):
    """The contact and what is sent along; the attendees are added by event.

    The form needs no cookie: the signed submit key stands in for the CSRF token (web/guards.py).
    """

    class Meta:
        csrf = False

    submit_key = HiddenField()
    locale = HiddenField()
    name = StringField(
        _l("Your full name"),
        [DataRequired(_l("Enter your full name.")), Readable(NAME_LENGTH)],
        filters=[cleaned],
    )
    email = StringField(
        _l("Your e-mail"),
        [DataRequired(_l("Enter your e-mail address.")), Readable(EMAIL_LENGTH), EmailAddress()],
        filters=[cleaned],
    )
    firm = StringField(_l("Your organisation"), [Optional(), Readable(FIRM_LENGTH)], filters=[cleaned])
    code = StringField(_l("Access code"), [Optional(), Readable(CODE_LENGTH)], filters=[cleaned])
    consent = BooleanField(CONSENT, [InputRequired(_l("Tick the box to register."))])
    consent_sensitive = BooleanField(SENSITIVE_CONSENT)


def registration_form(
    spec: FormSpec, formdata: Mapping[str, Any] | None, *, blocks: int = 1, most: int = 10
) -> RegistrationForm:
    """Return the form of *spec* with what was sent, or an empty one with *blocks* attendees."""
    form_class = _form_class(spec, most)
    if formdata is None:
        form = form_class(formdata=None)
        while len(form.attendees) < blocks:
            form.attendees.append_entry()
    else:
        form = form_class(formdata=formdata)
    _offer_categories(form, spec)
    return form


def add_attendee(form: RegistrationForm, spec: FormSpec, most: int) -> None:
    """Add a block for one more person."""
    if len(form.attendees) < most:
        form.attendees.append_entry()
        _offer_categories(form, spec)


def without_attendee(formdata: MultiDict[str, str], index: int) -> MultiDict[str, str]:
    """Return *formdata* without the attendee of that block, the others moved up."""
    kept: MultiDict[str, str] = MultiDict()
    indices = sorted({found for name in formdata if (found := block_of(name)) is not None})
    numbers = {old: new for new, old in enumerate(one for one in indices if one != index)}
    for name, value in formdata.items(multi=True):
        block = block_of(name)
        if block is None:
            kept.add(name, value)
        elif block in numbers:
            tail = name.split("-", 2)[2]
            kept.add(f"attendees-{numbers[block]}-{tail}", value)
    return kept


def block_of(name: str) -> int | None:
    """Return the number of the attendee's block that a field's name belongs to."""
    parts = name.split("-", 2)
    is_block = len(parts) == 3 and parts[0] == "attendees" and parts[1].isascii() and parts[1].isdigit()
    return int(parts[1][:6]) if is_block else None


def check(form: RegistrationForm, spec: FormSpec, most: int) -> bool:
    """Say whether the form can be sent to the service; the sentences stand at the fields."""
    is_valid = bool(form.validate())
    if len(form.attendees) > most:
        form.form_errors.append(
            _("One form can register at most %(most)s people. Send a second form for the others.", most=most)
        )
        is_valid = False
    for index, attendee in enumerate(form.attendees):
        is_valid = _check_attendee(form, attendee.form, index) and is_valid
    is_valid = _check_code(form, spec) and is_valid
    if _has_sensitive(form, spec) and not form.consent_sensitive.data:
        form.consent_sensitive.errors = [
            _("Tick this box too, or clear the answers about health, food and access.")
        ]
        is_valid = False
    return is_valid


def application(form: RegistrationForm, spec: FormSpec, submit_nonce: str) -> Application:
    """Return what the form asks for, as the service takes it."""
    wording = _wording(page_locale())
    consents = [("registration", wording[0])]
    if _has_sensitive(form, spec):
        consents.append(("sensitive", wording[1]))
    people = tuple(_person(form, attendee.form, spec) for attendee in form.attendees)
    language = form.locale.data if form.locale.data in LOCALES else LOCALES[0]
    return Application(
        submit_key=submit_nonce,
        name=form.name.data,
        email=form.email.data,
        firm=form.firm.data or "",
        locale=language,
        wishes=(Wish(spec.event_id, people),),
        consents=tuple(consents),
        code=form.code.data or "",
    )


@lru_cache(maxsize=16)
def _wording(_locale: str) -> tuple[str, str]:
    """Return the words of both consents as they are shown in the language of this request."""
    return str(CONSENT), str(SENSITIVE_CONSENT)


def errors_of(form: RegistrationForm) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) for each error, in the order of the page."""
    found = [("name", str(sentence)) for sentence in form.form_errors]
    contact = [form.name, form.email, form.firm]
    people = [field for attendee in form.attendees for field in attendee.form]
    for field in (*contact, form.code, *people, form.consent, form.consent_sensitive):
        found += [(control_id(field), str(error)) for error in field.errors]
    return found


def tell(form: RegistrationForm, refusal: Refusal) -> None:
    """Put the sentence at the field it is about, or above the form."""
    if refusal.field == "code":
        form.code.errors = [refusal.sentence]
    else:
        form.form_errors.append(refusal.sentence)


def control_id(field: Field) -> str:
    """A group of radios has no control of its own name; its first choice has."""
    return f"{field.id}-0" if isinstance(field, RadioField) else str(field.id)


def _check_attendee(form: RegistrationForm, attendee: Form, index: int) -> bool:
    if index > 0 and not attendee.name.data:
        attendee.name.errors = [_("Enter the name of attendee %(number)s, or remove them.", number=index + 1)]
        return False
    return True


def _check_code(form: RegistrationForm, spec: FormSpec) -> bool:
    chosen = {attendee.form.category.data for attendee in form.attendees} if spec.categories else set()
    codes = [one.access_code for one in spec.categories if str(one.id) in chosen]
    trouble = code_trouble(form.code.data or "", spec.access_code, codes)
    if trouble and not form.code.errors:
        form.code.errors = [trouble]
    return not trouble


def _person(form: RegistrationForm, attendee: Form, spec: FormSpec) -> Person:
    answers = []
    for question in spec.questions:
        value = attendee[_question_name(question)].data
        if question.kind == "yes":
            value = "yes" if value else ""
        if value:
            answers.append((question.id, str(value).strip()))
    is_contact = not attendee.name.data
    return Person(
        name=attendee.name.data or form.name.data,
        email=attendee.email.data or (form.email.data if is_contact else ""),
        firm=attendee.firm.data or form.firm.data or "",
        category_id=int(attendee.category.data) if spec.categories else None,
        answers=tuple(answers),
    )


def _has_sensitive(form: RegistrationForm, spec: FormSpec) -> bool:
    names = [_question_name(question) for question in spec.questions if question.is_sensitive]
    return any(attendee.form[name].data for attendee in form.attendees for name in names)


def _offer_categories(form: RegistrationForm, spec: FormSpec) -> None:
    """Let each attendee choose among the categories that are open; a single one is chosen already."""
    choices = [SelectChoice(str(one.id), one.name) for one in _open(spec.categories)]
    for attendee in form.attendees if spec.categories else ():
        field = attendee.form.category
        field.choices = choices
        if len(choices) == 1 and not field.raw_data:
            field.data = choices[0].value


def _open(categories: tuple[CategoryChoice, ...]) -> list[CategoryChoice]:
    at = clock.now()
    return [one for one in categories if is_open_between(one.opens_at, one.closes_at, at)]


@lru_cache(maxsize=256)
def _form_class(spec: FormSpec, most: int) -> type[RegistrationForm]:
    fields: dict[str, Any] = {}
    if spec.categories:
        fields["category"] = ChoiceField(
            _l("Category"), [InputRequired(_l("Choose a category."))], choices=[]
        )
    for question in spec.questions:
        fields[_question_name(question)] = _question_field(question)
    attendee = type("EventAttendeeForm", (AttendeeForm,), fields)
    # One more than allowed is read, so that too many are told instead of dropped.
    attendees = FieldList(FormField(attendee), min_entries=1, max_entries=most + 1)
    return type("EventRegistrationForm", (RegistrationForm,), {"attendees": attendees})


def _question_name(question: QuestionField) -> str:
    return f"question-{question.id}"


def _question_field(question: QuestionField) -> Field:
    asked = InputRequired(_l("Answer this question.")) if question.is_required else Optional()
    extra: dict[str, Any] = {"description": question.hint}
    if question.kind == "choice":
        choices = [SelectChoice(choice, choice) for choice in question.choices]
        if not question.is_required:
            choices.insert(0, SelectChoice("", _l("No answer")))
        return ChoiceField(question.label, [asked], choices=choices, default="", **extra)
    if question.kind == "yes":
        return BooleanField(question.label, [asked], **extra)
    field = TextAreaField if question.kind == "long" else StringField
    return field(question.label, [asked, Readable(ANSWER_LENGTH)], filters=[readable_block], **extra)


def readable_block(value: str | None) -> str | None:
    """Return an answer's lines as they will be stored."""
    return text.block(value) if value and text.is_readable(value) else value
