"""CSRF protection of every form that rides on the session cookie."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect

from registration.web.errors import refused_form
from registration.web.retyped import typed_texts

# Checks every POST. Blueprints whose pages carry no cookie opt out with `csrf.exempt(bp)`: their
# forms are guarded by web/guards.py instead.
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Check the token of every POST of *app* and answer in a sentence where it is missing."""
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _refused)


def _refused(_error: CSRFError) -> ResponseReturnValue:
    keeps = request.blueprint != "security" and typed_texts()
    return refused_form(
        400,
        _("This form was out of date"),
        _("Nothing was changed. Check what you typed, and send the form again.")
        if keeps
        else _("Nothing was changed. Go back, reload the page and send the form again."),
    )
