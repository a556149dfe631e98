"""Who is signed in where, and the record of sign-ins: each browser has a key, and signing out ends it."""

from datetime import timedelta

from flask import Flask, request, session
from flask_login import user_logged_out
from flask_security import Security
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registration.accounts.models import Account, SignedIn
from registration.core import clock, throttle, tokens
from registration.core.database import db
from registration.core.networks import machine_of, network_of
from registration.core.transaction import write_tx
from registration.journal.services import Actor, Note, record

KEY = "signed_in"
# As long as the cookie lives (security.py).
LIVES = timedelta(days=7)
IN, OUT, FAILED, THROTTLED = "account.signed_in", "account.signed_out", "account.failed", "account.throttled"
DENIED, EVERYWHERE = "account.denied", "account.signed_out_all"
RECORDED = (IN, OUT, FAILED, THROTTLED, DENIED, EVERYWHERE)
# Refusals of one kind that are recorded in an hour: a guesser must not fill the journal.
_RECORDED_AN_HOUR = 10


def init_app(app: Flask, security: Security) -> None:
    """Let a cookie of *app* open the back office only while its key is kept."""
    by_uniquifier = security.login_manager._user_callback

    def load(uniquifier: str) -> Account | None:
        account: Account | None = by_uniquifier(uniquifier)
        return account if account is not None and _is_kept(account.id) else None

    security.login_manager.user_loader(load)
    user_logged_out.connect(_forget, app)


def keep(account: Account) -> None:
    """Keep that *account* signed in with this browser, and record it."""
    key, account_id = tokens.new_nonce(), account.id

    def work(writing: Session) -> None:
        at = clock.now()
        writing.execute(delete(SignedIn).where(SignedIn.began_at < at - LIVES))
        writing.execute(
            insert(SignedIn).values(account_id=account_id, key_hash=tokens.hashed(key), began_at=at)
        )
        record(writing, Actor("account", account_id), _note(IN))

    write_tx(work)
    session[KEY] = key


def note_failure(account: Account | None) -> None:
    """Record a sign-in with a wrong password, or for an address that nobody has: that one is not written."""
    _record("stranger", None if account is None else account.id, _note(FAILED))


def note_throttled() -> None:
    """Record that somebody guessed too often, once in a while."""
    if _may_record(f"throttled:{machine_of(request.remote_addr)}"):
        _record("stranger", None, _note(THROTTLED))


def note_everywhere(actor: Actor) -> None:
    """Record that all sessions of an account were ended by its holder."""
    session.pop(KEY, None)
    _record(actor.kind, actor.account_id, _note(EVERYWHERE))


def note_denied(account: Account) -> None:
    """Record that *account* asked for what is not hers, or not there."""
    if _may_record(f"denied:{account.id}"):
        _record("account", account.id, _note(DENIED, page=str(request.endpoint)))


def _is_kept(account_id: int) -> bool:
    key = session.get(KEY)
    if not isinstance(key, str):
        return False
    began_at = db.session.scalar(
        select(SignedIn.began_at).where(
            SignedIn.key_hash == tokens.hashed(key), SignedIn.account_id == account_id
        )
    )
    return began_at is not None and began_at > clock.now() - LIVES


def _forget(_app: Flask, user: Account | None = None, **_facts: object) -> None:
    key = session.pop(KEY, None)
    if not isinstance(key, str) or not isinstance(user, Account):
        return
    account_id = user.id

    def work(writing: Session) -> None:
        writing.execute(delete(SignedIn).where(SignedIn.key_hash == tokens.hashed(key)))
        record(writing, Actor("account", account_id), _note(OUT))

    write_tx(work)


def _note(action: str, **facts: str) -> Note:
    return Note(action, facts={"network": network_of(request.remote_addr), **facts})


def _record(actor: str, account_id: int | None, note: Note) -> None:
    write_tx(lambda writing: record(writing, Actor(actor, account_id), note))


def _may_record(key: str) -> bool:
    return throttle.take(throttle.Limit(f"recorded:{key}", _RECORDED_AN_HOUR)) is None
