"""The form of a question."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from registration.booking.form.fields import MultiCheckboxField, Readable, readable_block
from registration.events.asking import ATTENDEE, BOOKING, CHOICE, CHOICES, DECIDING, TICKED
from registration.events.models import Category, Question
from registration.events.services import QuestionFacts
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import line_field

_MOST_CHOICES = 50


class QuestionForm(SharedForm):
    """Something to ask each attendee, or once of the contact."""

    label = line_field(_l("Question"), length=300, required=_l("Enter the question."))
    hint = line_field(_l("Hint below it"), length=300)
    kind = SelectField(
        _l("Answer"),
        choices=[
            SelectChoice("text", _l("One line")),
            SelectChoice("long", _l("Several lines")),
            SelectChoice("number", _l("A number")),
            SelectChoice("date", _l("A date")),
            SelectChoice("choice", _l("One of several choices")),
            SelectChoice("choices", _l("Any of several choices")),
            SelectChoice("yes", _l("Yes or nothing")),
            SelectChoice("consent", _l("An agreement: a box to tick")),
            SelectChoice("file", _l("A file")),
        ],
    )
    choices = TextAreaField(
        # Not Optional: it would end the checks of an empty field, and a question to choose from needs some.
        _l("Choices"),
        [Readable(4000)],
        description=_l("One a line."),
        filters=[readable_block],
    )
    renames = BooleanField(
        _l("Lines that I changed are the same choices in other words"),
        description=_l("Who chose them has then chosen the new words. Without the tick they are new ones."),
    )
    scope = SelectField(
        _l("Who answers"),
        choices=[
            SelectChoice(ATTENDEE, _l("Each attendee")),
            SelectChoice(BOOKING, _l("The contact, once for all")),
        ],
    )
    category_ids = MultiCheckboxField(
        _l("Only for these categories"), [Optional()], choices=[], description=_l("None ticked: everyone.")
    )
    when = SelectField(_l("Ask it"), choices=[])
    is_required = BooleanField(_l("Everyone who is asked must answer"))
    is_sensitive = BooleanField(_l("It is about health, food or access (asks for a separate agreement)"))
    purpose = line_field(_l("Why it is asked"), length=300)
    retention = line_field(_l("How long the answers are kept"), length=200)

    def offer(self, categories: Sequence[Category], before: Sequence[Question]) -> None:
        """Let it be for some categories, and hang on an answer to a question *before* it."""
        self.category_ids.choices = [SelectChoice(str(one.id), one.name) for one in categories]
        self.when.choices = [SelectChoice("", _("Always")), *_answers(before)]
        # What was not sent is as the plain form has it.
        self.scope.data = self.scope.data or ATTENDEE
        self.when.data = self.when.data or ""

    def fill(self, values: Mapping[str, object]) -> None:
        """Put what is stored into an empty form."""
        for name, value in values.items():
            self[name].data = value

    def facts(self) -> QuestionFacts:
        """Return what the form says."""
        other, _colon, answer = (self.when.data or "").partition(":")
        return QuestionFacts(
            self.label.data,
            self.kind.data,
            hint=self.hint.data or "",
            choices=tuple(_lines(self.choices.data)) if self.kind.data in (CHOICE, CHOICES) else (),
            is_required=self.is_required.data,
            is_sensitive=self.is_sensitive.data,
            scope=self.scope.data,
            category_ids=tuple(int(one) for one in self.category_ids.data or ()),
            when_question_id=int(other) if other else None,
            when_answer=answer,
            purpose=self.purpose.data or "",
            retention=self.retention.data or "",
        )

    def validate_choices(self, field: Field) -> None:
        """Ask for at least two choices where one is to be chosen, none of them twice."""
        if self.kind.data not in (CHOICE, CHOICES):
            return
        rows = _lines(field.data or "")
        if len(rows) < 2:
            raise ValidationError(_("Enter at least two choices, one a line."))
        if len(rows) > _MOST_CHOICES or max(map(len, rows)) > 200:
            raise ValidationError(_("Enter at most 50 choices of at most 200 characters."))
        if len(set(rows)) < len(rows):
            raise ValidationError(_("Two choices are the same. Give each its own words."))


def _answers(before: Sequence[Question]) -> list[SelectChoice]:
    found = []
    for one in before:
        if one.kind not in DECIDING:
            continue
        if not one.choices:
            found.append(
                SelectChoice(f"{one.id}:{TICKED}", _("Only if “%(label)s” is ticked", label=one.label))
            )
        for choice, words in zip(one.choice_ids, one.choices, strict=True):
            label = _("Only if “%(label)s” is “%(choice)s”", label=one.label, choice=words)
            found.append(SelectChoice(f"{one.id}:{choice}", label))
    return found


def _lines(text: str | None) -> list[str]:
    return [row.strip() for row in (text or "").split("\n") if row.strip()]
