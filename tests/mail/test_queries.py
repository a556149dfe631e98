"""Whether a mail was sent lately: one question, for whoever must not fill a mailbox."""

import re
from datetime import timedelta

from sqlalchemy import update

from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue
from registration.mail.queries import is_under_way, mailed_since
from tests.house.files import ROOT

OF_LINKS = OutgoingMessage.kind == "links"


def send(count: int = 1) -> None:
    mails = [Outgoing("links", "en", "", "ada@example.org")] * count
    write_tx(lambda session: enqueue(session, *mails))


def test_a_mail_counts_from_when_it_was_decided(page_app):
    session, hour_ago = db.session(), clock.now() - timedelta(hours=1)
    assert not mailed_since(session, hour_ago, OF_LINKS)
    send()
    assert mailed_since(session, hour_ago, OF_LINKS)
    assert not mailed_since(session, clock.now() + timedelta(seconds=1), OF_LINKS)
    assert not mailed_since(session, hour_ago, OutgoingMessage.kind == "confirmed")


def test_without_a_time_every_mail_counts_and_so_many_can_be_asked_for(page_app):
    send(2)
    assert mailed_since(db.session(), None, OF_LINKS, times=2)
    assert not mailed_since(db.session(), None, OF_LINKS, times=3)


def test_a_mail_that_was_sent_is_under_way_no_more(page_app):
    send()
    assert is_under_way(db.session(), OF_LINKS)
    db.session.rollback()
    write_tx(lambda session: session.execute(update(OutgoingMessage).values(state="sent")) and None)
    assert not is_under_way(db.session(), OF_LINKS)


def test_nobody_else_asks_when_a_mail_was_decided():
    asking = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "registration").rglob("*.py")
        if re.search(
            r"OutgoingMessage\.created_at\W* >|max\(OutgoingMessage\.created_at", path.read_text("utf-8")
        )
    }
    assert asking == {"registration/mail/queries.py"}
