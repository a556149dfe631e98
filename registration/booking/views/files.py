"""Files in a form: kept at once, and named in the form from then on."""

from collections.abc import Callable

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from registration.booking.answers import uploads
from registration.booking.answers.uploads import FileRefused
from registration.booking.form import attendee_blocks
from registration.booking.form.programme_sheet import programme_sheet
from registration.booking.form.sheet import Asked, Sheet, sheet_of
from registration.booking.form.spec import form_of_registered, form_spec
from registration.core.database import db
from registration.events.asking import FILE
from registration.events.models import Event
from registration.seats.models import Registration
from registration.web.guards import StaleForm, check_form_key

# How many whole files one request may bring; those that came stay and need not come again.
_AT_ONCE = 5


def largest_body(slug: str) -> int:
    """Return the largest body that the form of the event at *slug* takes."""
    spec = form_spec(db.session(), slug)
    return _largest(None if spec is None else sheet_of(spec))


def largest_programme_body(slug: str) -> int:
    """Return the largest body that the form of the programme at *slug* takes."""
    return _largest(programme_sheet(db.session(), slug))


def largest_people_body(token: str, registration_id: int) -> int:
    """Return the largest body that the form of a registration's people takes."""
    query = select(Event.slug).join(Registration, Registration.event_id == Event.id)
    slug = db.session.scalar(query.where(Registration.id == registration_id)) or ""
    spec = form_of_registered(db.session(), slug)
    return _largest(None if spec is None else sheet_of(spec))


def with_files(
    sheet: Sheet, nonce_of: Callable[[], str] | None = None
) -> tuple[MultiDict[str, str], dict[str, list[str]]]:
    """Return what was sent, each file replaced by the answer that names it, and what is wrong with which.

    *nonce_of* checks the key of the form and returns what makes the names of its files its own.
    """
    if not sheet.asks_files:
        return request.form, {}
    data: MultiDict[str, str] = MultiDict(request.form)
    told: dict[str, list[str]] = {}
    asked = {one.name: one for one in sheet.questions if one.question.kind == FILE}
    for name in [one for one in data if one.endswith("-drop")]:
        if _question(name.removesuffix("-drop"), asked):
            # Not taken out: what is missing would be filled with the answer that is stored.
            data[name.removesuffix("-drop")] = ""
    for name, file in request.files.items():
        field = name.removesuffix("-file")
        one = _question(field, asked)
        if one is not None and file.filename:
            _keep(one, field, file, data, told, nonce_of or _form_nonce(sheet, data))
    _drop_unknown(data, told, asked)
    return data, told


def _form_nonce(sheet: Sheet, data: MultiDict[str, str]) -> Callable[[], str]:
    return lambda: check_form_key(sheet.purpose, data.get("submit_key", ""))


def _keep(
    one: Asked,
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
        data[field] = uploads.keep(one.question.id, f"{nonce_of()}:{field}", file.filename or "", raw, most)
    except FileRefused as refusal:
        data.pop(field, None)
        told[field] = [refusal.sentence]
    except StaleForm:
        told[field] = [_("Choose the file again.")]


def _drop_unknown(data: MultiDict[str, str], told: dict[str, list[str]], asked: dict[str, Asked]) -> None:
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


def _question(name: str, asked: dict[str, Asked]) -> Asked | None:
    tail = name if attendee_blocks.block_of(name) is None else name.split("-", 2)[2]
    return asked.get(tail)


def _largest(sheet: Sheet | None) -> int:
    usual: int = current_app.config["MAX_CONTENT_LENGTH"]
    if sheet is None or not sheet.asks_files:
        return usual
    return usual + _AT_ONCE * int(current_app.config["MAX_FILE"])
