"""CSRF protection of every form that rides on the session cookie."""

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect

from registration.web.errors import error_page

# Checks every POST. Blueprints whose pages carry no cookie opt out with `csrf.exempt(bp)`: their
# forms are guarded by web/guards.py instead.
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Check the token of every POST of *app* and answer in a sentence where it is missing."""
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _refused)


def _refused(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        _("This form was out of date"),
        _("Nothing was changed. Go back, reload the page and send the form again."),
    )
