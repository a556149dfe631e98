"""The life of one registration, as every feed, file and mail tells it, and events that are hard to read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from registration.booking.notifications.notify import event_cancelled_mails
from registration.capability.services import TEAM, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import Facts, Text
from registration.journal.services import SYSTEM
from registration.mail.outbox import enqueue
from registration.organiser.event.services import change_event, renew_team_feed
from tests import factories
from tests.factories import Made, make_event, register
from tests.mailbox import body, calendars, sent

ADA = "ada@example.org"
TITLE = "Workshop: codes, terms; and back\\slashes"
PLACE = "Salle Émile, Rue de l'Été 3, Brussels"
STAGES = ("tentative", "confirmed", "moved", "cancelled")


@dataclass
class Story:
    """What was told at each stage: (name, bytes) of feeds and files, and of the part of the stage's mail."""

    uid: str = ""
    feeds: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    mails: dict[str, bytes] = field(default_factory=dict)
    starts: dict[str, datetime] = field(default_factory=dict)


def own_feed(app: Flask) -> str:
    """Return the path of Ada's own feed, out of her newest mail that names it."""
    words = [word for mail in sent() if ADA in mail["To"] for word in body(mail).split()]
    return [word for word in words if word.endswith(".ics")][-1].removeprefix(app.config["BASE_URL"])


def begin() -> tuple[Made, object]:
    """Make the event, fill it with Ben, and let Ada wait."""
    event = make_event(capacity=1, title=TITLE, venue="Salle Émile", street="Rue de l'Été 3")
    ben = register(event, "Ben")
    register(event, "Ada", email=ADA)
    return event, ben


def go_on(stage: str, event: Made, ben: object) -> None:
    """Bring the story to *stage* from the one before."""
    if stage == "confirmed":
        factories.cancel_registration(ben)
    elif stage == "moved":
        _change(event, days=1)
    elif stage == "cancelled":
        _change(event, status="cancelled")


def tell(app: Flask) -> Story:
    """Live through the story and keep what is told at each stage."""
    story, client = Story(), app.test_client()
    event, ben = begin()
    story.uid = db.session.get_one(Event, event.id).uid
    account = factories.make_account("cleo@example.org", "owner")
    assert account
    account_id = factories.account_id("cleo@example.org")
    renew_team_feed(account_id)
    team = token_of(db.session(), account_id, TEAM)
    begun = clock.now()
    for number, stage in enumerate(STAGES):
        at = begun + timedelta(minutes=number)
        with clock.running(lambda at=at: at):
            go_on(stage, event, ben)
            mine = [mail for mail in sent() if ADA in mail["To"]]
            parts = {part.get_payload(decode=True) for part in calendars(mine[-1])}
            (story.mails[stage],) = (part for part in parts if isinstance(part, bytes))
            db.session.rollback()
            story.starts[stage] = db.session.get_one(Event, event.id).starts_at
            paths = {
                "own": own_feed(app),
                "all": "/calendar.ics",
                "organiser": "/organisers/ditta/calendar.ics",
                "event": f"/events/{event.slug}/event.ics",
                "team": f"/feeds/team/{team}.ics",
            }
            story.feeds[stage] = [(name, client.get(path).data) for name, path in paths.items()]
    story.mails["gone"] = _gone()
    return story


def hard_ones(app: Flask) -> bytes:
    """Return a feed of events that readers like to get wrong."""
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    for title, start, hours, facts in (
        ("A gala of a whole day", datetime(2026, 12, 11, 23, tzinfo=UTC), 24, {"all_day": True}),
        ("Over New Year", new_year - timedelta(hours=3), 7, {}),
        ("In the hour that comes twice", datetime(2027, 10, 31, 1, 30, tzinfo=UTC), 2, {}),
        ("Around the hour that is skipped", datetime(2027, 3, 28, 0, 30, tzinfo=UTC), 2, {}),
        ("医" * 80, datetime(2027, 2, 1, 8, tzinfo=UTC), 1, {"time_zone": "Asia/Shanghai"}),
        (
            "Emoji 👩🏽‍🔬, comma; semicolon",
            datetime(2027, 2, 2, 8, tzinfo=UTC),
            1,
            {"time_zone": "America/New_York"},
        ),
        # Winter is its exception, as in Casablanca, whose rules change: not every reader knows the new ones.
        ("שלום – ערב", datetime(2027, 2, 3, 8, tzinfo=UTC), 1, {"time_zone": "Europe/Dublin"}),
        ("x\r\nATTENDEE:mailto:eve@example.org\x07\u202e", datetime(2027, 2, 4, 8, tzinfo=UTC), 1, {}),
    ):
        make_event(
            title=title,
            starts_at=start,
            ends_at=start + timedelta(hours=hours),
            organiser="cocir",
            **facts,
        )
    raw: bytes = app.test_client().get("/organisers/cocir/calendar-all.ics").data
    return raw


def _gone() -> bytes:
    """Return the CANCEL of one person's seat in an event that goes on: it has no STATUS."""
    cleo = register(make_event(title="Goes on", capacity=9), "Cleo", email="cleo@example.org")
    sent()
    factories.cancel_registration(cleo)
    mail = [mail for mail in sent() if "cleo@example.org" in mail["To"]][-1]
    raw = calendars(mail)[0].get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw


def _change(event: Made, days: int = 0, status: str = "published") -> None:
    found = db.session.get_one(Event, event.id)
    facts = Facts(
        starts_at=found.starts_at + timedelta(days=days),
        ends_at=found.ends_at + timedelta(days=days),
        time_zone=found.time_zone,
        venue=found.venue,
        street=found.street,
        city=found.city,
        status=status,
    )
    change_event(event.id, facts, Text("en", TITLE), SYSTEM)
    if status == "cancelled":
        write_tx(lambda session: enqueue(session, *event_cancelled_mails(session, event.id)))


def written(folder: Path, story: Story, hard: bytes) -> dict[str, Path]:
    """Write everything that was told into *folder*; return the files by name."""
    files = {"hard": hard} | {f"mail-{stage}": raw for stage, raw in story.mails.items()}
    for stage, told in story.feeds.items():
        files |= {f"{name}-{stage}": raw for name, raw in told}
    found = {}
    for name, raw in files.items():
        found[name] = folder / f"{name}.ics"
        found[name].write_bytes(raw)
    return found
