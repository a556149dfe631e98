"""Whether this process is up, and whether it can work."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from registration.core.background_threads import troubles
from registration.core.database import db
from registration.schema.standing import Stand, standing

bp = Blueprint("schema", __name__)
_PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
_WHY = {
    Stand.EMPTY: "the schema is not current: run `registration migrate`",
    Stand.OLDER: "the schema is not current: run `registration migrate`",
    Stand.NEWER: "this release is older than the database: install the newer one",
    Stand.FOREIGN: "the database is another program's: check the settings",
}


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Answer that the process is up."""
    return "ok\n", 200, _PLAIN


@bp.get("/readyz")
def readiness() -> ResponseReturnValue:
    """Answer whether the database answers, has the schema of this release, and mails can leave."""
    try:
        stand = standing(db.session.connection()).stand
    except SQLAlchemyError:
        return "the database does not answer\n", 503, _PLAIN | {"Retry-After": "5"}
    if stand is not Stand.CURRENT:
        return f"{_WHY[stand]}\n", 503, _PLAIN
    dead = troubles(current_app)
    if dead:
        return "".join(f"{one}\n" for one in dead), 503, _PLAIN | {"Retry-After": "10"}
    return "ready\n", 200, _PLAIN
