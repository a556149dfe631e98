"""What happened."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from registration.accounts.access import READ
from registration.accounts.models import Account
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.wording import action_words, told
from registration.organiser.shared.screen import event_screen
from registration.web.paging import page


@event_page(READ)
def journal(event: Event) -> ResponseReturnValue:
    """List what happened, newest first."""
    action = request.args.get("action", "")
    query = (
        select(JournalEntry, Account.name)
        .outerjoin(Account, Account.id == JournalEntry.account_id)
        .where(JournalEntry.event_id == event.id)
    )
    if action:
        query = query.where(JournalEntry.action == action[:32])
    here = page(db.session.scalar(select(func.count()).select_from(query.subquery())) or 0)
    newest = query.order_by(JournalEntry.id.desc()).limit(here.size).offset(here.offset)
    actions = db.session.scalars(
        select(JournalEntry.action)
        .where(JournalEntry.event_id == event.id)
        .distinct()
        .order_by(JournalEntry.action)
    ).all()
    return event_screen(
        "journal.html",
        event,
        rows=[(row.JournalEntry, told(*row)) for row in db.session.execute(newest)],
        page=here,
        action=action,
        actions=sorted((action_words(one), one) for one in actions),
    )
