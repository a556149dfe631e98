"""The worker: takes mail out of the outbox, makes it a letter, hands it over, and says what became of it."""

import logging
import threading
import time
from collections.abc import Sequence
from functools import partial

from flask import Flask, current_app
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.background_loop import go_round
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail import outbox
from registration.mail.addresses import numbered
from registration.mail.composing import Draft, Superseded, compose, files_of, readers
from registration.mail.envelope import Attachment, Letter, UnsendableLetter, UnsendableRecipient, build
from registration.mail.holding import hold_in_copy
from registration.mail.models import OutgoingMessage
from registration.mail.pace import Pace
from registration.mail.transport import Deferred, Refused, Transport, Undelivered, transport_from_url

log = logging.getLogger(__name__)
BATCH = 20
# So many batches take one connection; relays hang up on those that never end.
BATCHES = 5
# So long a snapshot may last while mails are drafted in it; what is slower is drafted one by one.
SNAPSHOT_SECONDS = 0.5
# The purpose of the addresses that reports of undelivered mail go to.
BOUNCES = "bounce"


def run(app: Flask, stop: threading.Event) -> None:
    """Send mail until *stop* is set. A database or relay that is away is waited for."""
    with app.app_context():
        transport = transport_from_url(app.config["MAIL_URL"])
        pace = Pace(app.config["MAILS_PER_SECOND"])

        def send() -> int:
            outbox.news.clear()
            return _send_round(transport, pace, stop)

        go_round([send], stop, lambda: outbox.news.wait(app.config["WORKER_SECONDS"]))


def send_due(transport: Transport | None = None) -> int:
    """Send everything that is due now and return how many mails were dealt with."""
    transport = transport or transport_from_url(current_app.config["MAIL_URL"])
    pace = Pace(current_app.config["MAILS_PER_SECOND"])
    total = 0
    while count := _send_round(transport, pace):
        total += count
    return total


def _send_round(transport: Transport, pace: Pace, stop: threading.Event | None = None) -> int:
    """Send some batches over one connection."""
    total = 0
    with transport.connection():
        for _turn in range(BATCHES):
            count, goes_on = _send_batch(transport, pace, stop)
            total += count
            if not goes_on or (stop is not None and stop.is_set()):
                break
    return total


def _send_batch(transport: Transport, pace: Pace, stop: threading.Event | None = None) -> tuple[int, bool]:
    """Send a batch; return how many mails that was, and whether more may follow on this connection.

    Mails are drafted a few at a time, in one short snapshot; then each is written and sent, one after
    the other, with no transaction open: neither a slow document nor a slow relay holds anything up.
    """
    messages = write_tx(lambda session: _claimed(session, pace.batch(BATCH)))
    left = list(messages)
    away: Exception | None = None
    while left and away is None:
        drafts = _drafts(left)
        for message, draft in drafts:
            if stop is not None and stop.is_set():
                write_tx(lambda session: outbox.release(session, left))
                return len(messages) - len(left), False
            if _is_ours_still(message, left):
                trouble = _dealt_with(transport, pace, message, draft)
                if isinstance(trouble, Deferred) and trouble.unreachable:
                    away = trouble
            left.remove(message)
            if away is not None:
                break
    for message in left:
        # No mail leaves now: each waits like the one that was tried, and none is written in vain.
        _mark(message, away)
    return len(messages), bool(messages) and away is None


def _claimed(session: Session, limit: int) -> Sequence[OutgoingMessage]:
    hold_in_copy(session)
    return outbox.claim(session, limit)


def _is_ours_still(message: OutgoingMessage, left: Sequence[OutgoingMessage]) -> bool:
    """Say whether *message* is leased to us for long enough to send it, with those *left* behind it."""
    if message.lease_until is not None and clock.now() > message.lease_until - outbox.LEASE / 2:
        # So slow a relay that another worker would soon take the rest for lost, and send it twice.
        until = write_tx(lambda session: outbox.renew(session, left))
        for one in left:
            one.lease_until = until.get(one.id)
    return message.lease_until is not None


def _dealt_with(
    transport: Transport, pace: Pace, message: OutgoingMessage, draft: Draft | Exception
) -> Exception | None:
    """Write *message* and send it, and note what became of it; return why it did not leave."""
    raw = _finished(message, draft)
    db.session.rollback()
    if isinstance(raw, bytes):
        pace.wait()
        trouble = _sent(transport, message, raw)
    else:
        trouble = raw
    _mark(message, trouble)
    return trouble


def _drafts(left: Sequence[OutgoingMessage]) -> list[tuple[OutgoingMessage, Draft | Exception]]:
    """Return the first of *left* with what they say, in one snapshot that lasts a moment.

    One to each person about each event: what a later one says, and when, depends on the earlier one
    having been sent.
    """
    first: dict[tuple[int | None, str], OutgoingMessage] = {}
    for message in left:
        first.setdefault((message.event_id, message.to_email.casefold()), message)
    _read_ahead(list(first.values()))
    until = time.monotonic() + SNAPSHOT_SECONDS
    found = []
    for message in first.values():
        found.append((message, _draft(message)))
        if time.monotonic() > until:
            break
    # The snapshot ends before anything slow begins: a database must not wait for a relay.
    db.session.rollback()
    return found


def _read_ahead(messages: Sequence[OutgoingMessage]) -> None:
    """Read for all of them what each would read for itself; should that fail, each still does."""
    if len(messages) < 2:
        return
    try:
        for read in readers():
            read(db.session(), messages)
    except Exception:
        log.exception("mails not read ahead")
        db.session.rollback()


def _written(message: OutgoingMessage) -> bytes | Exception:
    """Return the mail as it goes out, or why it does not."""
    return _finished(message, _draft(message))


def _draft(message: OutgoingMessage) -> Draft | Exception:
    """Return what the mail says, or why it is not sent."""
    try:
        return compose(db.session(), message)
    except (Superseded, UnsendableLetter) as reason:
        return reason
    except Exception as error:
        return _unwritten(message, error)


def _finished(message: OutgoingMessage, draft: Draft | Exception) -> bytes | Exception:
    """Return *draft* as the mail that goes out, or why it does not."""
    if isinstance(draft, Exception):
        return draft
    try:
        return build(_letter(message, draft, files_of(message, draft)))
    except UnsendableLetter as reason:
        return reason
    except Exception as error:
        return _unwritten(message, error)


def _unwritten(message: OutgoingMessage, error: Exception) -> Deferred:
    # One bad row never blocks the rest; its message may hold a name, so only its kind is kept.
    log.exception("mail not composed id=%s", message.id)
    db.session.rollback()
    return Deferred(f"This mail could not be written ({type(error).__name__}).", counts=True, is_ours=True)


def _sent(transport: Transport, message: OutgoingMessage, raw: bytes) -> Exception | None:
    """Hand *raw* over; return why that did not work."""
    try:
        transport.send(raw, _return_path(message), message.to_email)
    except (Deferred, Refused, UnsendableLetter) as reason:
        return reason
    except Exception as error:
        log.exception("mail not sent id=%s", message.id)
        return Deferred(f"This mail could not be sent ({type(error).__name__}).", counts=True, is_ours=True)
    return None


def _mark(message: OutgoingMessage, trouble: Exception | None) -> None:
    """Note what became of a mail, before the next one is sent.

    A worker that dies between the two sends this one mail again, and never loses one. The note waits
    for no disk: when the machine itself dies, at most the mails of this batch are sent again.
    """
    why = str(trouble)
    if trouble is None:
        note = partial(outbox.mark_sent, message_id=message.id)
    elif isinstance(trouble, Superseded):
        note = partial(outbox.mark_superseded, message_id=message.id, reason=why)
    elif isinstance(trouble, Deferred):
        note = partial(outbox.mark_deferred, message=message, trouble=trouble)
    else:
        note = partial(outbox.mark_failed, message_id=message.id, reason=why, is_ours=_is_ours(trouble))
    write_tx(note, durable=False, is_repeatable=True)


def _is_ours(trouble: Exception) -> bool:
    """Return whether a mail cannot go for a reason of ours; the recipient's address and server are not."""
    if isinstance(trouble, Undelivered):
        return trouble.is_ours
    return not isinstance(trouble, UnsendableRecipient)


def _return_path(message: OutgoingMessage) -> str:
    """Return where reports of this mail go: an address of its own, so that each says which it is about."""
    config = current_app.config
    if not config["BOUNCE_ADDRESS"]:
        return str(config["MAIL_FROM"])
    return numbered(config["BOUNCE_ADDRESS"], BOUNCES, message.id)


def _letter(message: OutgoingMessage, draft: Draft, files: Sequence[Attachment]) -> Letter:
    config = current_app.config
    return Letter(
        to_name=message.to_name,
        to_email=message.to_email,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        reply_to_name=draft.organiser,
        reply_to_email=draft.organiser_email,
        from_name=draft.organiser or config["SITE_NAME"],
        from_email=config["MAIL_FROM"],
        message_id=message.message_id,
        date=clock.now(),
        language=message.locale,
        references=draft.references,
        calendar=draft.calendar,
        calendar_method=draft.calendar_method,
        attachments=tuple(files),
        headers=draft.headers,
    )
