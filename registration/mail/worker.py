"""The worker: takes mail out of the outbox, makes it a letter, hands it over, and says what became of it."""

import logging
import threading
from collections.abc import Sequence
from functools import partial

from flask import Flask, current_app

from registration.core import clock
from registration.core.background_loop import go_round
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail import outbox
from registration.mail.addresses import numbered
from registration.mail.composing import Draft, Superseded, compose, readers
from registration.mail.envelope import Letter, UnsendableLetter, UnsendableRecipient, build
from registration.mail.models import OutgoingMessage
from registration.mail.pace import Pace
from registration.mail.transport import Deferred, Refused, Transport, Undelivered, transport_from_url

log = logging.getLogger(__name__)
BATCH = 20
# So many batches take one connection; relays hang up on those that never end.
BATCHES = 5
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


def check_transport(url: str) -> None:
    """Raise ValueError, with one sentence, when no mail could go by *url*."""
    transport_from_url(url)


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
            count, goes_on = _send_batch(transport, pace)
            total += count
            if not goes_on or (stop is not None and stop.is_set()):
                break
    return total


def _send_batch(transport: Transport, pace: Pace) -> tuple[int, bool]:
    """Send a batch; return how many mails that was, and whether more may follow on this connection."""
    messages = write_tx(lambda session: outbox.claim(session, pace.batch(BATCH)))
    written = _written_at_once(messages)
    is_away = False
    for number, message in enumerate(messages):
        if message.lease_until is not None and clock.now() > message.lease_until - outbox.LEASE / 2:
            # So slow a relay that another worker would soon take the rest for lost, and send it twice.
            left = [later.id for later in messages[number:]]
            write_tx(lambda session, left=left: outbox.release(session, left))  # type: ignore[misc]
            return number, True
        raw = written.get(message.id) or _written(message)
        db.session.rollback()
        if isinstance(raw, bytes):
            pace.wait()
            trouble = _sent(transport, message, raw)
        else:
            trouble = raw
        is_away = is_away or (isinstance(trouble, Deferred) and trouble.unreachable)
        _mark(message, trouble)
    return len(messages), bool(messages) and not is_away


def _written_at_once(messages: Sequence[OutgoingMessage]) -> dict[int, bytes | Exception]:
    """Return mails as they go out, by id, written in one snapshot.

    Left out is all but the first to one person about one event: what a later one says, and when,
    depends on the earlier one having been sent.
    """
    first = {(message.event_id, message.to_email): message for message in reversed(messages)}
    _read_ahead(list(first.values()))
    written = {message.id: _written(message) for message in first.values()}
    # The snapshot ends before anything slow begins: a database must not wait for a relay.
    db.session.rollback()
    return written


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
    try:
        return build(_letter(message, compose(db.session(), message)))
    except (Superseded, UnsendableLetter) as reason:
        return reason
    except Exception as error:
        # One bad row never blocks the rest; its message may hold a name, so only its kind is kept.
        log.exception("mail not composed id=%s", message.id)
        db.session.rollback()
        return Deferred(
            f"This mail could not be written ({type(error).__name__}).", counts=True, is_ours=True
        )


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


def _letter(message: OutgoingMessage, draft: Draft) -> Letter:
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
        attachments=draft.attachments,
        headers=draft.headers,
    )
