"""Sign-in by Flask-Security, set up so that it tells strangers nothing."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login.utils import _user_context_processor
from flask_security import Security, user_authenticated
from flask_security.forms import Form
from wtforms import EmailField, PasswordField

from registration.accounts import messages, signing
from registration.accounts.forms import ChangeForm, ForgottenForm, NewPasswordForm, SignInForm
from registration.accounts.models import Account
from registration.accounts.passwords import AccountPasswords
from registration.accounts.store import AccountMail, AccountStore
from registration.web import csrf

HOME = "/organiser/"
# Where a sign-in may lead: the `next` of the address is followed nowhere else.
_AFTER_SIGN_IN = (HOME, "/change")
_KEPT_IN_SESSION = {"_user_id", "_id", "_fresh", "fs_paa", "fs_cc"}

_SETTINGS: dict[str, Any] = {
    "API_ENABLED_METHODS": ["session"],
    # Flask-Security's commands `users` and `roles` would go past our services.
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "STATIC_FOLDER": None,
    "JOIN_USER_ROLES": False,
    "CHANGEABLE": True,
    "RECOVERABLE": True,
    "REGISTERABLE": False,
    "RETURN_GENERIC_RESPONSES": True,
    "RESET_PASSWORD_WITHIN": messages.LINK_LIVES,
    # The outbox renders mails (messages.py); the library's own rendering would be thrown away.
    "EMAIL_PLAINTEXT": False,
    "EMAIL_HTML": False,
    # A negative freshness takes away the /verify page; /change asks for the old password itself.
    "FRESHNESS": timedelta(-1),
    "LOGOUT_METHODS": ["POST"],
    "LOGOUT_CSRF": True,
    "POST_LOGIN_VIEW": HOME,
    "POST_LOGOUT_VIEW": "/",
    "POST_CHANGE_VIEW": HOME,
    "POST_RESET_VIEW": "/login",
    # web/headers.py says what may be cached.
    "CACHE_CONTROL": None,
    "PASSWORD_LENGTH_MIN": 12,
    "PASSWORD_SCHEMES": ["argon2"],
    # OWASP's 19 MiB: with the library's 64 MiB, eight guessers at once would fill half a gigabyte.
    "PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__memory_cost": 19 * 1024,
        "argon2__time_cost": 2,
        "argon2__parallelism": 1,
    },
    # Without an HMAC before Argon2, passwords outlive a change of the secret key.
    "PASSWORD_SINGLE_HASH": ["argon2"],
    # Of the password's Argon2 hash within the signed link: nothing to guess, so no slow hash.
    "HASHING_SCHEMES": ["hex_sha256"],
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": lambda identity: identity, "case_insensitive": False}}],
}
_SENTENCES = {
    "GENERIC_AUTHN_FAILED": (_l("The address or the password is wrong."), "error"),
    "PASSWORD_RESET_REQUEST": (
        _l("If this address has an account, a link to set a new password is on its way."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (_l("This link was too old. Ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _l("This link is used up or broken. Ask for a new one."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your new password is set. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (_l("Your new password is set."), "success"),
    "PASSWORD_NOT_PROVIDED": (_l("Enter the password."), "error"),
    "PASSWORD_INVALID_LENGTH": (_l("Use at least %(length)s characters."), "error"),
    "PASSWORD_IS_THE_SAME": (_l("Choose a password other than the present one."), "error"),
    "INVALID_PASSWORD": (_l("This is not your present password."), "error"),
    "UNAUTHENTICATED": (_l("Sign in to see this page."), "info"),
}


def init_app(app: Flask) -> None:
    """Give *app* its sign-in, and CSRF protection for all that rides on its session."""
    for name, value in _SETTINGS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    for name, sentence in _SENTENCES.items():
        app.config.setdefault(f"SECURITY_MSG_{name}", sentence)
    app.config["PERMANENT_SESSION_LIFETIME"] = signing.LIVES
    csrf.init_app(app)
    messages.init_app(app)
    security = Security(
        mail_util_cls=AccountMail,
        password_util_cls=AccountPasswords,
        login_form=SignInForm,
        forgot_password_form=ForgottenForm,
        reset_password_form=NewPasswordForm,
        change_password_form=ChangeForm,
    )
    security.init_app(app, AccountStore(), render_template=_page)
    security.unauthn_handler(_ask_to_sign_in)
    # No token in an address or a header signs anybody in.
    security.login_manager.request_loader(lambda _request: None)
    _leave_public_pages_alone(app, security)
    signing.init_app(app, security)
    user_authenticated.connect(_renew_session, app)
    app.after_request(_settle)


def _leave_public_pages_alone(app: Flask, security: Security) -> None:
    """Take out what would read the session on every request: public pages and feeds carry no cookie."""
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)


def _page(template: str, **context: Any) -> ResponseReturnValue:
    """Render a page of Flask-Security: a form that failed is answered with 4xx as typed."""
    form = next(value for value in context.values() if isinstance(value, Form))
    page = render_template(template, form=form, errors=_errors(form), **context)
    if request.method != "POST":
        return page
    if isinstance(form, ForgottenForm) and not form.errors:
        form.even_out()
        return redirect(url_for("security.login"), 303)
    status: int = getattr(form, "status", 400)
    return page, status, {"Retry-After": "3600"} if status == 429 else {}


def _errors(form: Form) -> list[tuple[str, str]]:
    """Return each error with the control it leads to; those of the whole form lead to the first."""
    fields = [field for field in form if isinstance(field, EmailField | PasswordField)]
    found = [(fields[0].id, str(sentence)) for sentence in form.form_errors]
    return found + [(field.id, str(error)) for field in fields for error in field.errors]


def _ask_to_sign_in(mechanisms: list[str], headers: dict[str, str] | None = None) -> Response:
    """Lead to the sign-in, which leads back here; after a POST, whose form is gone, to the start."""
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else HOME
    response = current_app.make_response("")
    response.status_code = 303
    response.location = url_for("security.login", next=wanted)
    return response


def _renew_session(_app: Flask, user: Account, **_facts: object) -> None:
    """Keep nothing of the session from before the sign-in, its form token included."""
    for key in set(session) - _KEPT_IN_SESSION:
        session.pop(key)
    signing.keep(user)


def _settle(response: Response) -> Response:
    """Make Flask-Security's redirects 303, and those after a sign-in lead to our own pages only."""
    if request.blueprint == "security" and request.method == "POST" and response.status_code == 302:
        response.status_code = 303
        if request.endpoint == "security.login":
            response.location = _own_page(response.location or "")
    return response


def _own_page(location: str) -> str:
    parts = urlsplit(location)
    if parts.netloc not in ("", request.host) or not parts.path.startswith(_AFTER_SIGN_IN):
        return HOME
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
