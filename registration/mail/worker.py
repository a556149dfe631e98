"""The worker: takes mail out of the outbox, makes it a letter, hands it over, and says what became of it."""

import logging
import threading
from collections.abc import Callable, Sequence

from flask import Flask, current_app

from registration.core import clock
from registration.core.database import db
from registration.core.transaction import Unavailable, write_tx
from registration.mail import outbox
from registration.mail.addresses import numbered
from registration.mail.composing import Draft, Superseded, compose
from registration.mail.envelope import Letter, UnsendableLetter, build
from registration.mail.models import OutgoingMessage
from registration.mail.transport import Deferred, Refused, Transport, transport_from_url

log = logging.getLogger(__name__)
BATCH = 20
# The purpose of the addresses that reports of undelivered mail go to.
BOUNCES = "bounce"


def run(app: Flask, stop: threading.Event, chores: Sequence[Callable[[], int]] = ()) -> None:
    """Send mail and do *chores* until *stop* is set. A database or relay that is away is waited for.

    A chore returns how much it did; while anything is done the next round follows at once.
    """
    with app.app_context():
        transport = transport_from_url(app.config["MAIL_URL"])
        jobs = (lambda: _send_batch(transport), *chores)
        while not stop.is_set():
            outbox.news.clear()
            if not sum([_done(job) for job in jobs]):
                outbox.news.wait(app.config["WORKER_SECONDS"])


def check_transport(url: str) -> None:
    """Raise ValueError, with one sentence, when no mail could go by *url*."""
    transport_from_url(url)


def send_due(transport: Transport | None = None) -> int:
    """Send everything that is due now and return how many mails were dealt with."""
    transport = transport or transport_from_url(current_app.config["MAIL_URL"])
    total = 0
    while count := _send_batch(transport):
        total += count
    return total


def _done(job: Callable[[], int]) -> int:
    try:
        return job()
    except Unavailable:
        log.warning("worker waits for the database")
    except Exception:
        # Whatever one round met, the next one must come: mail is late then, never lost.
        log.exception("worker round failed")
    finally:
        db.session.remove()
    return 0


def _send_batch(transport: Transport) -> int:
    messages = write_tx(lambda session: outbox.claim(session, BATCH))
    if messages:
        with transport.connection():
            for message in messages:
                _send_one(transport, message)
    return len(messages)


def _send_one(transport: Transport, message: OutgoingMessage) -> None:
    """Send, then mark: a crash between the two sends the same mail twice, and never loses it."""
    try:
        draft = compose(db.session(), message)
        letter = _letter(message, draft)
        transport.send(build(letter), _return_path(message), letter.to_email)
    except Superseded as reason:
        told = str(reason)
        write_tx(lambda session: outbox.mark_superseded(session, message.id, told))
    except Deferred as trouble:
        why, counts = str(trouble), trouble.counts
        write_tx(lambda session: outbox.mark_deferred(session, message, why, counts=counts))
    except (Refused, UnsendableLetter) as refusal:
        why = str(refusal)
        write_tx(lambda session: outbox.mark_failed(session, message.id, why))
    except Exception as error:
        # One bad row never blocks the rest; its message may hold a name, so only its kind is kept.
        log.exception("mail not composed id=%s", message.id)
        why = f"This mail could not be written ({type(error).__name__})."
        write_tx(lambda session: outbox.mark_deferred(session, message, why, counts=True))
    else:
        write_tx(lambda session: outbox.mark_sent(session, message.id))


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
        reply_to_name=draft.reply_to_name,
        reply_to_email=draft.reply_to_email,
        from_name=draft.from_name or config["SITE_NAME"],
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
