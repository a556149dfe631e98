"""Flask-Security's forms, in our words and with a limit on tries."""

import time
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    ForgotPasswordForm,
    LoginForm,
    ResetPasswordForm,
    email_required,
    password_required,
    valid_user_email,
)
from flask_security.utils import hash_password
from wtforms import EmailField, Field, PasswordField
from wtforms.validators import EqualTo

from registration.accounts import signing
from registration.accounts.models import Account
from registration.accounts.store import write_decoy
from registration.core import text
from registration.core.networks import machine_of
from registration.core.throttle import Limit, give_back, take

# One machine may stand for a whole office behind one address.
_REMOTE_FACTOR = 5
# Mails that one address gets in an hour because somebody asked for a new password.
_RESETS_PER_ADDRESS = 3
# Seconds; the work itself takes a quarter of it.
_ANSWER_AFTER = 0.1


class SignInForm(LoginForm):
    """Address and password. After too many tries from one machine it refuses that machine only."""

    status = 400
    remember = None
    email = EmailField(
        _l("Email address"),
        validators=[email_required, EmailValidation(verify=False)],
        filters=[lambda typed: (typed or "").strip()],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[password_required],
        render_kw={"autocomplete": "current-password"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Flask-Security puts markup here; our page has its own link.
        self.password.description = ""

    def validate_next(self, field: Field) -> None:
        """Let a hostile `next` pass here: security.py follows none, and the sign-in itself is right."""

    def validate(self, **kwargs: Any) -> bool:
        """Count the try, then judge it; a right password uncounts it."""
        tries = current_app.config["SIGN_IN_TRIES"]
        remote = machine_of(request.remote_addr)
        # By address and machine together: whoever guesses locks out himself, not the owner.
        pair = Limit(f"sign-in:{_normal(self.email.data)}:{remote}", tries)
        machine = Limit(f"sign-in:{remote}", tries * _REMOTE_FACTOR)
        if take(pair, machine):
            self.status = 429
            self.form_errors.append(
                _("Too many tries. Wait an hour, or ask for a link to set a new password.")
            )
            signing.note_throttled()
            return False
        if not super().validate(**kwargs):
            signing.note_failure(self.user if isinstance(self.user, Account) else None)
            return False
        give_back(pair, machine)
        return True


class ForgottenForm(ForgotPasswordForm):
    """The address to which a link for a new password goes, if it has an account."""

    status = 400
    email = EmailField(
        _l("Email address"),
        validators=[email_required, EmailValidation(verify=False), valid_user_email],
        filters=[lambda typed: (typed or "").strip()],
        render_kw={"autocomplete": "username"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._began = time.monotonic()

    def even_out(self) -> None:
        """Wait for the moment at which every answer leaves: a mail to a known address takes 2 ms more."""
        time.sleep(max(0.0, self._began + _ANSWER_AFTER - time.monotonic()))

    def validate(self, **kwargs: Any) -> bool:
        """Refuse what is no address and who asks too often; all else looks alike from outside."""
        address = _normal(self.email.data)
        if not address:
            self.form_errors.append(_("Enter an email address in the correct format, like name@example.org."))
            return False
        tries = current_app.config["SIGN_IN_TRIES"]
        if take(Limit(f"reset:{machine_of(request.remote_addr)}", tries)):
            self.status = 429
            self.form_errors.append(_("Too many tries. Wait an hour and try again."))
            return False
        # Too many mails to one address stop silently: a sentence would tell that it is known.
        if take(Limit(f"reset-to:{address}", _RESETS_PER_ADDRESS)) or (not super().validate(**kwargs)):
            write_decoy()
            return False
        # Flask-Security hashes where the address is unknown; hashing here too takes as long.
        hash_password("not-a-password")
        return True


class NewPasswordForm(ResetPasswordForm):
    """A new password, from the link in the mail."""

    status = 400
    password = PasswordField(
        _l("New password"),
        validators=[password_required],
        render_kw={"autocomplete": "new-password"},
    )
    password_confirm = PasswordField(
        _l("New password again"),
        validators=[
            password_required,
            EqualTo("password", message=_l("The two passwords are not the same.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class ChangeForm(ChangePasswordForm):
    """The old password and a new one."""

    status = 400
    password = PasswordField(
        _l("Present password"),
        validators=[password_required],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        _l("New password"),
        validators=[password_required],
        render_kw={"autocomplete": "new-password"},
    )
    new_password_confirm = PasswordField(
        _l("New password again"),
        validators=[
            password_required,
            EqualTo("new_password", message=_l("The two passwords are not the same.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Count the try at the present password, then judge it; a right one uncounts it."""
        account = Limit(f"change:{current_user.id}", current_app.config["SIGN_IN_TRIES"])
        if take(account):
            self.status = 429
            self.form_errors.append(_("Too many tries. Wait an hour and try again."))
            signing.note_throttled()
            return False
        is_right = bool(super().validate(**kwargs))
        if is_right or not self.password.errors:
            give_back(account)
        return is_right


def _normal(address: str | None) -> str:
    try:
        return text.normal_email(address or "")
    except ValueError:
        return ""
