"""The most that the forms of the back office take, for the limits of their bodies (web/body_limits.py)."""

from flask import current_app
from flask.sansio.app import App
from sqlalchemy import func, select

from registration.core.database import db
from registration.events.models import Category, Event, EventSession, Question
from registration.organiser.invitations.forms import LIST_LENGTH
from registration.organiser.shared.fields import TEXT
from registration.web.body_limits import Promise, promise

# A long text with all that stands beside it, in the longest of the plain forms: an event with its categories.
_USUAL = Promise(TEXT + 10_000, 600)
# Name and hint of a category or session; label, hint, purpose, retention and choices of a question.
_PART = Promise(400, 2)
_QUESTION = Promise(1100 + 10_050, 54)


def init_app(app: App) -> None:
    """Tell how large each form of the back office may be."""
    promise(app, "organiser", lambda **_values: _USUAL)
    promise(app, "organiser.add_material", lambda **_values: _file(Promise(1000, 10)))
    promise(app, "organiser.invite", lambda **_values: _file(Promise(LIST_LENGTH, 10)))
    promise(app, "organiser.translation", _translation)


def _file(words: Promise) -> Promise:
    return words + Promise(0, 1, 1, int(current_app.config["MAX_UPLOAD"]))


def _translation(slug: str, **_values: object) -> Promise:
    """Return how much the words of an event and of all its parts are."""
    event_id = db.session.scalar(select(Event.id).where(Event.slug == slug)) or 0
    found = _USUAL
    for model, one in ((Category, _PART), (EventSession, _PART), (Question, _QUESTION)):
        query = select(func.count()).select_from(model).where(model.event_id == event_id)
        count = db.session.scalar(query) or 0
        found += Promise(count * one.characters, count * one.fields)
    return found
