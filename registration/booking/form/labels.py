"""Sentences around questions and choices of a form, for its templates."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from markupsafe import Markup

from registration.booking.form.definition import FormDefinition, FormQuestion
from registration.booking.form.spec import QuestionField, Worded
from registration.events.asking import TICKED
from registration.events.wording import choices_told, told
from registration.web.locale import page_locale


def init_blueprint(bp: Blueprint) -> None:
    """Give the templates of both forms these functions."""
    for function in (brought_up_by, chosen_by, whom_it_concerns, told_with, reads):
        bp.add_app_template_global(function)


def reads(one: Worded, name: str) -> str:
    """Return the words of the field *name* for the page's reader, marked where their language is another."""
    text, locale = told(one, name, page_locale(), one.own_locale)
    if not text or locale == page_locale():
        return str(text)
    return Markup('<span lang="{}">{}</span>').format(locale, text)


def plain(one: Worded, name: str) -> Any:
    """Return the words of the field *name* for the page's reader, to stand within a sentence."""
    return told(one, name, page_locale(), one.own_locale).text


def brought_up_by(one: FormQuestion, prefix: str, definition: FormDefinition) -> list[tuple[str, str]]:
    """Return which controls bring a question up and with which values, for the page's script."""
    found = chosen_by(one.event_ids, prefix, definition)
    if one.only_for is not None:
        name, values = one.only_for
        found.append((f"{prefix}{name}", "|".join(values)))
    if one.when is not None:
        name, wanted = one.when
        is_contacts = any(other.name == name for other in definition.of_contact)
        found.append((name if is_contacts else f"{prefix}{name}", "y" if wanted == TICKED else wanted))
    return found


def chosen_by(event_ids: Collection[int], prefix: str, definition: FormDefinition) -> list[tuple[str, str]]:
    """Return the controls and values that choose some of the events, or nothing where it is all of them.

    Of several controls the first in which anything is chosen counts: an attendee's own choice.
    """
    if len(event_ids) == len(definition.specs):
        return []
    slugs = "|".join(spec.slug for spec in definition.specs if spec.event_id in event_ids)
    return [(f"{prefix}events events" if prefix else "events", slugs)]


def whom_it_concerns(one: FormQuestion, definition: FormDefinition) -> str:
    """Return in words who is asked, or nothing where everybody is."""
    parts = [_events_concerned(one.event_ids, definition)]
    if one.only_for is not None:
        parts.append(_("Only for: %(categories)s.", categories=_categories(one.only_for, definition)))
    if one.when is not None:
        name, wanted = one.when
        other = next(other.question for other in definition.questions if other.name == name)
        label = plain(other, "label")
        if wanted == TICKED:
            parts.append(_("Only if you ticked “%(question)s”.", question=label))
        else:
            parts.append(
                _(
                    "Only if you answered “%(answer)s” to “%(question)s”.",
                    answer=_choice(other, wanted),
                    question=label,
                )
            )
    return " ".join(part for part in parts if part)


def told_with(one: FormQuestion, definition: FormDefinition) -> str:
    """Return what stands under a question: whom it concerns, its hint, why and for how long."""
    question = one.question
    parts = [whom_it_concerns(one, definition), reads(question, "hint")]
    if question.purpose:
        parts.append(_("Why we ask: %(purpose)s", purpose=reads(question, "purpose")))
    if question.retention:
        parts.append(_("How long we keep it: %(retention)s", retention=reads(question, "retention")))
    return Markup(" ").join(part for part in parts if part)


def _events_concerned(event_ids: Collection[int], definition: FormDefinition) -> str:
    """Return which events something is asked for, or nothing where it is all of them."""
    if len(event_ids) == len(definition.specs):
        return ""
    titles = [spec.title(page_locale())[0] for spec in definition.specs if spec.event_id in event_ids]
    return str(_("For: %(titles)s.", titles=", ".join(titles)))


def _categories(only_for: tuple[str, tuple[str, ...]], definition: FormDefinition) -> str:
    name, values = only_for
    group = next(one for one in definition.categories if one.name == name)
    return ", ".join(plain(ours[0][1], "name") for value, ours in group.choices if value in values)


def _choice(question: QuestionField, value: str) -> str:
    """Return what the reader calls the choice that is stored as *value*."""
    choices = choices_told(question, page_locale(), question.own_locale)
    return {one.id: one.text for one in choices}.get(value, value)
