"""Files in a form: kept at once, and named in the form from then on."""

from collections.abc import Callable

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from registration.booking.answers import uploads
from registration.booking.answers.uploads import FileRefused
from registration.booking.form import attendee_blocks
from registration.booking.form.definition import FormDefinition, FormQuestion, definition_of
from registration.booking.form.programme_definition import programme_definition
from registration.booking.form.promise import definition_promise
from registration.booking.form.spec import form_of_registered, form_spec
from registration.booking.models import Handover
from registration.booking.views.rush import TooManyFiles, count_file
from registration.capability.services import HANDOVER, find
from registration.core.database import db
from registration.events.asking import FILE
from registration.events.models import Event
from registration.seats.models import Registration
from registration.web.body_limits import Promise, are_files_dropped, dropped_sentence
from registration.web.guards import StaleForm, check_form_key


def largest_body(slug: str) -> Promise:
    """Return the most that the form of the event at *slug* takes."""
    spec = form_spec(db.session(), slug)
    return _largest(None if spec is None else definition_of(spec), current_app.config["MAX_PARTY"])


def largest_programme_body(slug: str) -> Promise:
    """Return the most that the form of the programme at *slug* takes."""
    return _largest(programme_definition(db.session(), slug), current_app.config["MAX_PARTY"])


def largest_people_body(registration_id: int, **_more: object) -> Promise:
    """Return the most that the forms of a registration's people take."""
    query = select(Event.slug, Registration.size).join(Registration, Registration.event_id == Event.id)
    row = db.session.execute(query.where(Registration.id == registration_id)).one_or_none()
    if row is None:
        return Promise(0, 0)
    spec = form_of_registered(db.session(), row.slug)
    return _largest(None if spec is None else definition_of(spec), row.size + 1)


def largest_taking_body(token: str) -> Promise:
    """Return the most that the form of whoever takes a seat over takes."""
    capability = find(db.session(), token, HANDOVER)
    query = select(Handover.registration_id).where(
        Handover.id == (capability.subject_id if capability else 0)
    )
    return largest_people_body(db.session.scalar(query) or 0)


def with_files(
    definition: FormDefinition, nonce_of: Callable[[], str] | None = None
) -> tuple[MultiDict[str, str], dict[str, list[str]]]:
    """Return what was sent, each file replaced by the answer that names it, and what is wrong with which.

    *nonce_of* checks the key of the form and returns what makes the names of its files its own.
    """
    if not definition.asks_files:
        return request.form, {}
    data: MultiDict[str, str] = MultiDict(request.form)
    told: dict[str, list[str]] = {}
    asked = {one.name: one for one in definition.questions if one.question.kind == FILE}
    for name in [one for one in data if one.endswith("-drop")]:
        if _question(name.removesuffix("-drop"), asked):
            # Not taken out: what is missing would be filled with the answer that is stored.
            data[name.removesuffix("-drop")] = ""
    for name, file in request.files.items():
        field = name.removesuffix("-file")
        one = _question(field, asked)
        if one is not None and file.filename and are_files_dropped():
            told[field] = [dropped_sentence()]
        elif one is not None and file.filename:
            _keep(one, field, file, data, told, nonce_of or _form_nonce(definition, data))
    _drop_unknown(data, told, asked)
    return data, told


def _form_nonce(definition: FormDefinition, data: MultiDict[str, str]) -> Callable[[], str]:
    return lambda: check_form_key(definition.purpose, data.get("submit_key", ""))


def _keep(
    one: FormQuestion,
    field: str,
    file: FileStorage,
    data: MultiDict[str, str],
    told: dict[str, list[str]],
    nonce_of: Callable[[], str],
) -> None:
    most = current_app.config["MAX_FILE"]
    with file.stream as stream:
        raw = stream.read(most + 1)
    try:
        count_file(len(raw))
        data[field] = uploads.keep(one.question.id, f"{nonce_of()}:{field}", file.filename or "", raw, most)
    except (FileRefused, TooManyFiles) as refusal:
        data.pop(field, None)
        told[field] = [refusal.sentence]
    except StaleForm:
        told[field] = [_("Choose the file again.")]


def _drop_unknown(
    data: MultiDict[str, str], told: dict[str, list[str]], asked: dict[str, FormQuestion]
) -> None:
    named = {
        name: (one.question.id, value)
        for name, value in data.items()
        if value and (one := _question(name, asked)) is not None
    }
    known = uploads.known(db.session(), [value for _question_id, value in named.values()])
    for name, wanted in named.items():
        if wanted not in known:
            data.pop(name)
            told[name] = [_("Choose the file again.")]


def _question(name: str, asked: dict[str, FormQuestion]) -> FormQuestion | None:
    tail = name if attendee_blocks.block_of(name) is None else name.split("-", 2)[2]
    return asked.get(tail)


def _largest(definition: FormDefinition | None, people: int) -> Promise:
    if definition is None:
        return Promise(0, 0)
    return definition_promise(definition, people, int(current_app.config["MAX_FILE"]))
