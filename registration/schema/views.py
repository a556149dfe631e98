"""Whether this process is up, and whether it can work."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

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
    """Answer whether the database answers and has the schema of this release."""
    try:
        revision = current_revision(db.session.connection())
    except SQLAlchemyError:
        return "the database does not answer\n", 503, _PLAIN | {"Retry-After": "5"}
    if revision != newest_revision():
        return "the schema is not current: run `registration migrate`\n", 503, _PLAIN
    return "ready\n", 200, _PLAIN
