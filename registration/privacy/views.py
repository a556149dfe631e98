"""The privacy notice and the accessibility statement."""

from datetime import UTC, datetime
from importlib.metadata import version

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration.accounts.models import Organiser
from registration.core.database import db

bp = Blueprint("privacy", __name__)

PREPARED_AT = datetime(2026, 11, 25, tzinfo=UTC)
# Whoever reads the accessibility statement against a new release sets the day.
REVIEWED_AT = datetime(2026, 11, 25, tzinfo=UTC)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept, why, and whom to ask."""
    return render_template("privacy/privacy.html", organisers=_organisers())


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how far these pages conform, and how to report a barrier."""
    authority, link = _authority(current_app.config["ACCESSIBILITY_AUTHORITY"])
    return render_template(
        "privacy/accessibility.html",
        organisers=_organisers(),
        authority=authority,
        authority_link=link,
        prepared_at=PREPARED_AT,
        reviewed_at=REVIEWED_AT,
        version=version("registration"),
    )


def _authority(told: str) -> tuple[str, str]:
    """Return the authority's words and its link, which may be missing."""
    words, _, last = told.rpartition(" ")
    if not last.startswith(("https://", "http://")):
        return told, ""
    return words.rstrip(" ,") or last, last


def _organisers() -> list[Organiser]:
    return list(db.session.scalars(select(Organiser).order_by(Organiser.name)))
