"""The published ledger of an event: for anyone who has a receipt, and for whoever checks all of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask_babel import gettext as _
from sqlalchemy import select

from registration.core.among import among
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.events.models import Event
from registration.events.queries import event_by_slug, words
from registration.seats import ledger
from registration.seats.ledger import NumberedLine
from registration.seats.ledger_audit import Verdict, read
from registration.seats.models import LedgerEntry, Queue
from registration.web.locale import page_locale

bp = Blueprint("ledger", __name__)
# A request reads at most so many lines of a chain, about 50 ms; `registration ledger --verify` reads all.
MOST_LINES = 1000


@dataclass(frozen=True)
class Looked:
    """What a receipt shows: its place's own lines, and whether anybody was let past it.

    Of a long ledger (*is_whole* is false) only these lines and the ones before them were checked.
    """

    place: int
    lines: list[NumberedLine]
    verdict: Verdict
    is_whole: bool


@bp.get("/events/<slug>/ledger")
def show(slug: str) -> str:
    """Show the ledger's end and, with ?receipt=, what became of that place."""
    event, queue = _published(slug)
    asked = request.args.get("receipt", "").strip().lower()[:64]
    found = _looked(event.id, queue, asked) if len(asked) >= 8 else None
    return render_template(
        "site/ledger.html",
        event=event,
        words=words(event, page_locale()),
        lines=queue.ledger_number,
        last_hash=queue.ledger_hash,
        asked=asked,
        found=found,
    )


@bp.get("/events/<slug>/ledger.jsonl")
def download(slug: str) -> Response:
    """Return every line as JSON, one a line, for whoever checks the chain."""
    event, queue = _published(slug)
    policy = ledger.first_policy(db.session(), event.id, queue.policy)
    response = Response(stream_with_context(_told(event.id, policy)), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-ledger.jsonl"'
    return response


def _published(slug: str) -> tuple[Event, Queue]:
    session = db.session()
    event = event_by_slug(session, slug) or abort(404)
    queue = session.get_one(Queue, event.id)
    if not queue.publishes_ledger:
        raise NotFound(_("This event does not publish its ledger."))
    return event, queue


def _looked(event_id: int, queue: Queue, asked: str) -> Looked | None:
    session = db.session()
    row = session.execute(
        select(LedgerEntry.place, LedgerEntry.part)
        .where(
            LedgerEntry.event_id == event_id,
            LedgerEntry.hash.startswith(asked, autoescape=True),
        )
        .limit(1)
    ).one_or_none()
    if row is None or row.place == 0:
        return None
    lines = list(islice(ledger.entries(session, event_id, row.place), MOST_LINES))
    is_whole = queue.ledger_number <= MOST_LINES
    if is_whole:
        policy = ledger.first_policy(session, event_id, queue.policy)
        verdict = read(ledger.entries(session, event_id), policy, only=(row.place, row.part))
    else:
        verdict = Verdict(lines=len(lines), breaks=_breaks(event_id, lines))
    return Looked(row.place, [one for one in lines if one.line.part == row.part], verdict, is_whole)


def _breaks(event_id: int, lines: Sequence[NumberedLine]) -> list[int]:
    """Return the numbers of *lines* that do not follow from the line before each."""
    query = (
        select(LedgerEntry.number, LedgerEntry.hash)
        .where(LedgerEntry.event_id == event_id)
        .where(among(LedgerEntry.number, [one.number - 1 for one in lines]))
    )
    before = {row.number: row.hash for row in db.session().execute(query)}
    return [
        one.number
        for one in lines
        if one.hash != ledger.chained(before.get(one.number - 1, ""), one.number, one.at, one.line)
    ]


def _told(event_id: int, policy: str) -> Iterator[str]:
    yield json.dumps({"first_policy": policy}) + "\n"
    for entry in ledger.entries(db.session(), event_id):
        told = {"number": entry.number, "at": entry.at.isoformat(), **vars(entry.line), "hash": entry.hash}
        yield json.dumps(told, ensure_ascii=False) + "\n"
