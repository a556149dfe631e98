"""The privacy notice and the accessibility statement."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration.accounts.models import Organiser
from registration.core.database import db

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept, why, and whom to ask."""
    return render_template("privacy/privacy.html", organisers=_organisers())


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Say how far these pages conform, and how to report a barrier."""
    return render_template("privacy/accessibility.html", organisers=_organisers())


def _organisers() -> list[Organiser]:
    return list(db.session.scalars(select(Organiser).order_by(Organiser.name)))
