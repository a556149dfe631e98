"""The privacy notice and the accessibility statement."""

from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration.accounts.models import Organiser
from registration.core.database import db

bp = Blueprint("privacy", __name__)

# Whoever reads the accessibility statement against a new release sets the day.
REVIEWED_AT = datetime(2026, 11, 25, tzinfo=UTC)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept, why, and whom to ask."""
    return render_template("privacy/privacy.html", organisers=_organisers())


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how far these pages conform, and how to report a barrier."""
    return render_template("privacy/accessibility.html", organisers=_organisers(), reviewed_at=REVIEWED_AT)


def _organisers() -> list[Organiser]:
    return list(db.session.scalars(select(Organiser).order_by(Organiser.name)))
