"""What the event asks: list, add, change, order and remove."""

from collections.abc import Sequence

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event, Question
from registration.organiser.questions import services as questions_services
from registration.organiser.questions.forms import QuestionForm
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, refused


@event_page(EDIT)
def add_question(event: Event) -> ResponseReturnValue:
    """List what is asked, and ask one thing more."""
    known = questions_services.questions_of(db.session(), event.id)
    form = QuestionForm()
    form.offer(event.categories, known)
    slug, event_id = event.slug, event.id
    if request.method == "POST":
        status = refused(form, lambda: questions_services.ask(event_id, form.facts(), actor()))
        return _page(event, form, status) if status else done(_("Added."), "add_question", slug=slug)
    return _page(event, form, 200)


@event_page(EDIT)
def question(event: Event, question_id: int) -> ResponseReturnValue:
    """Change one question."""
    known = questions_services.questions_of(db.session(), event.id)
    found = next((one for one in known if one.id == question_id), None) or abort(404)
    form = QuestionForm()
    form.offer(event.categories, [one for one in known if one.rank < found.rank])
    form.stored = lambda: _stored(event, known, found)
    slug, event_id = event.slug, event.id
    if request.method == "GET":
        values = questions_services.values_of(questions_services.facts_of(found))
        form.fill(values)
        form.shows(values)
        return _page(event, form, 200, found)
    status = refused(
        form,
        lambda: questions_services.change(
            event_id, question_id, form.facts(), actor(), form.seen(), renames=form.renames.data
        ),
    )
    return _page(event, form, status, found) if status else done(_("Saved."), "add_question", slug=slug)


def _stored(event: Event, known: Sequence[Question], found: Question) -> QuestionForm:
    form = QuestionForm(formdata=None)
    form.offer(event.categories, [one for one in known if one.rank < found.rank])
    form.fill(questions_services.values_of(questions_services.facts_of(found)))
    return form


@event_page(EDIT)
def move_question(event: Event, question_id: int) -> ResponseReturnValue:
    """Ask it earlier or later."""
    slug = event.slug
    by = -1 if request.form.get("to") == "earlier" else 1
    questions_services.move(event.id, question_id, by, actor())
    return done(_("Moved."), "add_question", slug=slug)


@event_page(EDIT)
def remove_question(event: Event, question_id: int) -> ResponseReturnValue:
    """Ask it no more; answers are kept."""
    slug = event.slug
    is_archived = questions_services.remove(event.id, question_id, actor())
    told = _("It is asked no more. The answers stay in lists and exports.") if is_archived else _("Removed.")
    return done(told, "add_question", slug=slug)


def _page(
    event: Event, form: QuestionForm, status: int, changed: Question | None = None
) -> ResponseReturnValue:
    errors = errors_of(form)
    return event_screen(
        "questions.html",
        event,
        status,
        form=form,
        changed=changed,
        kinds={choice.value: choice.label for choice in form.kind.choices},
        questions=questions_services.questions_of(db.session(), event.id),
        errors=errors,
        has_errors=bool(errors),
    )
