"""Whether this process is up, and whether it can work."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from registration.core.background_threads import troubles
from registration.core.database import db
from registration.schema.migrations import current_revision, newest_revision

bp = Blueprint("schema", __name__)
_PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Answer that the process is up."""
    return "ok\n", 200, _PLAIN


@bp.get("/readyz")
def readiness() -> ResponseReturnValue:
    """Answer whether the database answers, has the schema of this release, and mails can leave."""
    try:
        revision = current_revision(db.session.connection())
    except SQLAlchemyError:
        return "the database does not answer\n", 503, _PLAIN | {"Retry-After": "5"}
    if revision != newest_revision():
        return "the schema is not current: run `registration migrate`\n", 503, _PLAIN
    dead = troubles(current_app)
    if dead:
        return "".join(f"{one}\n" for one in dead), 503, _PLAIN | {"Retry-After": "10"}
    return "ready\n", 200, _PLAIN
