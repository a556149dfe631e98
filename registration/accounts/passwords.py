"""Which new passwords Flask-Security takes: long enough, and none that a guesser tries first."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_security import PasswordUtil

from registration.accounts.easy_passwords import is_easy
from registration.accounts.models import Account


class AccountPasswords(PasswordUtil):
    """Flask-Security's rules, and ours."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Return what is wrong with *password*, or None, and its normal form."""
        wrong, normal = super().validate(password, is_register, **kwargs)
        if not wrong and is_easy(normal, _about(kwargs.get("user"))):
            wrong = [_("This password is easy to guess. Use several words that have nothing to do with you.")]
        return wrong, normal


def _about(user: object) -> list[str]:
    known = [str(current_app.config["SITE_NAME"])]
    if isinstance(user, Account):
        local, _at, domain = user.email.partition("@")
        known += [user.email, local, *local.split("."), domain.partition(".")[0]]
        known += [user.name, *user.name.split()]
    return known
