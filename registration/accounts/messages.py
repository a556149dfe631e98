"""What the mails about passwords say; written when they are sent, so that no link waits in the database."""

from datetime import timedelta

from flask import Flask, current_app
from flask_babel import get_locale
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from registration.accounts.models import Account
from registration.capability import links
from registration.core import clock
from registration.core.urls import public_url
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing

KIND = "account"
LINK = "password_link"
RESET = "password_reset"
CHANGED = "password_changed"
# Flask-Security's names of its mails, and ours.
BY_TEMPLATE = {
    "security/email/reset_instructions": LINK,
    "security/email/reset_notice": RESET,
    "security/email/change_notice": CHANGED,
}
# So long the link works, and so long its mail is worth sending.
LINK_LIVES = timedelta(hours=2)


def init_app(app: Flask) -> None:
    """Tell the outbox of *app* who writes these mails."""
    with app.app_context():
        composers()[KIND] = compose


def mail_about(account: Account, what: str, locale: str) -> Outgoing:
    """Return the mail to *account* that says *what*."""
    facts = {"what": what, "account": account.id}
    return Outgoing(KIND, locale, account.name, account.email, facts=facts)


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when there is nothing left to say."""
    what = message.facts["what"]
    account = session.get(Account, message.facts["account"])
    if account is None or not account.active:
        raise Superseded("The account is closed.")
    if what == LINK and clock.now() - message.created_at > LINK_LIVES:
        raise Superseded("The link was asked for too long ago.")
    # The token is made here: signed, bound to the present password, stored nowhere.
    token = _token(account) if what == LINK else ""
    letter = rendered(
        what,
        locale=message.locale,
        direction=get_locale().text_direction,
        site=current_app.config["SITE_NAME"],
        hours=int(LINK_LIVES.total_seconds() // 3600),
        url=links.link(links.RESET, token, public_url("/reset")),
    )
    return Draft(*letter)


def _token(account: Account) -> str:
    token: str = generate_reset_password_token(account)  # type: ignore[no-untyped-call]  # of the library
    return token
