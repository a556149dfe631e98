"""Keep the files that answer questions: at once, so that a form that comes back need not ask again."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from registration.booking.answers.file_types import content_type_of, shown_name
from registration.booking.models import Answer, Upload
from registration.core import clock
from registration.core.among import among
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.tokens import signing_keys
from registration.core.transaction import write_tx


class FileRefused(Refusal):
    """The file is none that we take."""

    status = 422
    code = "file"


def keep(question_id: int, seed: str, filename: str, data: bytes, most: int) -> str:
    """Keep a file and return the answer that names it. Raises FileRefused, Unavailable.

    The same file sent again for the same *seed*, as by a double click, is the same answer.
    """
    if not data:
        raise FileRefused(_("This file is empty. Choose another one."))
    if len(data) > most:
        raise FileRefused(
            _("This file is too large. Choose one of at most %(most)s MB.", most=most // 1000000)
        )
    content_type = content_type_of(data)
    if content_type is None:
        raise FileRefused(_("Choose a PDF, a PNG or JPEG picture, or a document without macros."))
    # Nobody can name a file that she did not send: the key is ours.
    told = b"\0".join((str(question_id).encode(), seed.encode(), hashlib.sha256(data).digest()))
    key = hmac.new(signing_keys()[0].encode(), b"upload\0" + told, hashlib.sha256).hexdigest()[:32]
    value = f"{key}/{shown_name(filename)}"

    def work(session: Session) -> str:
        if session.scalar(select(Upload.id).where(Upload.value == value)) is None:
            session.add(
                Upload(
                    question_id=question_id,
                    value=value,
                    content_type=content_type,
                    data=data,
                    created_at=clock.now(),
                )
            )
        return value

    # The form that it is for may still come back.
    return write_tx(work, is_act=False, is_repeatable=True)


def known(session: Session, values: Collection[str]) -> set[tuple[int, str]]:
    """Return (question, value) of those *values* that name a file we have."""
    if not values:
        return set()
    rows = session.execute(select(Upload.question_id, Upload.value).where(among(Upload.value, values)))
    return {(row.question_id, row.value) for row in rows}


def kept_for(form_hours: int) -> timedelta:
    """Return how long a file stays that no answer names: while its form can be sent, and an hour more."""
    return timedelta(hours=form_hours + 1)


def forget_unused(older_than: timedelta) -> int:
    """Delete the files that no answer names, once their form can no longer be sent; return how many.

    That takes those whose form was left, and those whose answer was erased.
    """
    before = clock.now() - older_than
    named = exists().where(Answer.question_id == Upload.question_id, Answer.value == Upload.value)
    unused = (Upload.created_at < before) & ~named
    if db.session.scalar(select(Upload.id).where(unused).limit(1)) is None:
        return 0
    return write_tx(lambda session: _deleted(session, unused))


def _deleted(session: Session, unused: ColumnElement[bool]) -> int:
    ids = list(session.scalars(select(Upload.id).where(unused).limit(500)))
    session.execute(delete(Upload).where(among(Upload.id, ids)))
    return len(ids)
