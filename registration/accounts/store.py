"""Flask-Security's way to our database: it reads by db.session and writes by write_tx."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask_security import MailUtil, RoleMixin, SQLAlchemyUserDatastore
from flask_security.mail_util import EmailValidateException
from sqlalchemy import inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from registration.accounts import messages
from registration.accounts.models import Account
from registration.core import text
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import SYSTEM, Actor, Note, record
from registration.mail.outbox import Outgoing, enqueue
from registration.web.locale import page_locale

_PENDING = "accounts_pending"


class NoRole(RoleMixin):
    """Flask-Security wants a class for roles; ours are memberships, asked for in access.py."""


@dataclass
class _Pending:
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    mails: list[Outgoing] = field(default_factory=list)
    notes: list[tuple[Actor, Note]] = field(default_factory=list)


class AccountStore(SQLAlchemyUserDatastore):
    """Collect what Flask-Security changes, and write it in one short transaction.

    Through db.session the write lock of SQLite would be asked for late, which can fail, or before
    the password is hashed, which would let guessers hold up everybody who registers.
    """

    def __init__(self) -> None:
        super().__init__(db, Account, NoRole)

    def put(self, model: Account) -> Account:
        """Keep the changes of *model* for `commit`, and leave it clean so that no flush writes it."""
        changes = {
            attribute.key: attribute.value
            for attribute in inspect(model).attrs
            if attribute.history.has_changes()
        }
        _pending().changes.setdefault(model.id, {}).update(changes)
        for name, value in changes.items():
            set_committed_value(model, name, value)
        return model

    def commit(self) -> None:
        """Write what is pending; nothing where all is written."""
        pending: _Pending | None = db.session().info.pop(_PENDING, None)
        if pending is not None:
            write_tx(partial(_write, pending))


class AccountMail(MailUtil):
    """Put Flask-Security's mails into the outbox, together with the change they tell of."""

    def normalize(self, email: str) -> str:
        """Return the normal form of *email*, as lookups use it."""
        try:
            return text.normal_email(email)
        except ValueError:
            raise EmailValidateException("") from None

    def validate(self, email: str) -> str:
        """Do as `normalize`: no question to the DNS, which would tell known from unknown by time."""
        return self.normalize(email)

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Write the mail and all that is pending in one transaction."""
        what = messages.BY_TEMPLATE[template]
        pending = _pending()
        pending.mails.append(messages.mail_about(kwargs["user"], what, page_locale()))
        if what == messages.LINK:
            pending.notes.append((SYSTEM, Note("account.reset_asked")))
        AccountStore().commit()


def write_decoy() -> None:
    """Write a line where a reset is asked for an unknown address, so that it takes as long as a known one."""
    _pending().notes.append((SYSTEM, Note("account.reset_asked")))
    AccountStore().commit()


def _pending() -> _Pending:
    info = db.session().info
    pending: _Pending = info.setdefault(_PENDING, _Pending())
    return pending


def _write(pending: _Pending, session: Session) -> None:
    for account_id, values in pending.changes.items():
        if values:
            session.execute(update(Account).where(Account.id == account_id).values(**values))
        # Flask-Security moves the uniquifier with every new password: all sessions end.
        if "fs_uniquifier" in values:
            record(session, Actor("account", account_id), Note("account.password_changed"))
    for actor, note in pending.notes:
        record(session, actor, note)
    enqueue(session, *pending.mails)
