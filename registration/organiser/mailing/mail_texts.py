"""An organiser's own words for the mails: kept per kind and language, with a way back to ours."""

from collections.abc import Mapping

from flask_babel import force_locale
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from registration.booking.emails.placeholders import PLACEHOLDERS
from registration.booking.notifications import kinds
from registration.core import clock, optimistic_lock
from registration.core.transaction import write_tx
from registration.journal.services import Actor, Note, record
from registration.mail.models import MailText
from registration.mail.wording import Wording, ours
from registration.web.locale import babel_name

# What answers a calendar's machine, or only carries a link, is ours to say.
_OURS = (
    kinds.LINK,
    kinds.CORRECTED,
    kinds.COUNTER_ANSWERED,
    kinds.DECLINE_ASKED,
    kinds.ANSWERED_ELSEWHERE,
)
EDITABLE = tuple(kind for kind in kinds.SHAPES if kind not in _OURS)


def own_text(session: Session, organiser_id: int, kind: str, locale: str) -> MailText | None:
    """Return the organiser's own words for *kind*, if there are any."""
    return session.scalar(_own(organiser_id, kind, locale))


def _own(organiser_id: int, kind: str, locale: str) -> Select[MailText]:
    return select(MailText).where(
        MailText.organiser_id == organiser_id, MailText.kind == kind, MailText.locale == locale
    )


def own_texts(session: Session, organiser_id: int) -> set[tuple[str, str]]:
    """Return for which kinds and languages there are words of the organiser's own."""
    rows = session.execute(
        select(MailText.kind, MailText.locale).where(MailText.organiser_id == organiser_id)
    )
    return {(row.kind, row.locale) for row in rows}


def said(session: Session, organiser_id: int, kind: str, locale: str) -> dict[str, object]:
    """Return subject and body with placeholders, the organiser's own or ours, by the names of the form."""
    own = own_text(session, organiser_id, kind, locale)
    subject, body = (own.subject, own.body) if own else our_text(kind, locale)
    return {"subject": subject, "body": body}


def our_text(kind: str, locale: str) -> tuple[str, str]:
    """Return subject and text of ours with placeholders: where a text begins."""
    named: Mapping[str, object] = {name: f"{{{name}}}" for name in PLACEHOLDERS}
    with force_locale(babel_name(locale)):
        words: Wording = ours(
            kind,
            {**named, "n": 1, "days": 1, "hour": "{when}", "deadline_short": "{deadline}", "has_seat": True},
        )
    return words.subject, "\n\n".join([words.heading, *words.paragraphs])


def save_text(
    organiser_id: int, kind: str, locale: str, subject: str, body: str, actor: Actor, seen: str = ""
) -> None:
    """Say *kind* in the organiser's own words from now on.

    *seen* are the marks of the form. Raises ChangedMeanwhile.
    """

    def work(session: Session) -> None:
        text = session.scalar(_own(organiser_id, kind, locale).with_for_update(key_share=True))
        wanted = {"subject": subject, "body": body}
        optimistic_lock.check(seen, said(session, organiser_id, kind, locale), wanted)
        if text is None:
            text = MailText(organiser_id=organiser_id, kind=kind, locale=locale)
            session.add(text)
        text.subject, text.body, text.changed_at = subject, body, clock.now()
        record(session, actor, Note("mail-text", organiser_id=organiser_id, after=kind))

    write_tx(work)


def back_to_ours(organiser_id: int, kind: str, locale: str, actor: Actor) -> None:
    """Forget the organiser's own words; again is no error."""

    def work(session: Session) -> None:
        session.execute(
            delete(MailText).where(
                MailText.organiser_id == organiser_id, MailText.kind == kind, MailText.locale == locale
            )
        )
        record(session, actor, Note("mail-text-ours", organiser_id=organiser_id, after=kind))

    write_tx(work)
