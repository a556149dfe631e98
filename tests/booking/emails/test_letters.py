"""Every kind of mail as it arrives: what it says and when; its words are reviewed in tests/mail/letters."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from registration.booking.notifications import kinds
from registration.booking.notifications.kinds import SHAPES
from registration.booking.notifications.notify import announce_one
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.mail.models import OutgoingMessage
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from registration.seats import rules
from registration.seats.models import Pool, Registration
from tests.factories import Made, make_event, register

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2027, 3, 11, 18, 0, tzinfo=UTC)
DEADLINE = datetime(2027, 3, 5, 16, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=4)
BEFORE = {
    "starts_at": (STARTS - timedelta(days=7)).isoformat(),
    "ends_at": (ENDS - timedelta(days=7)).isoformat(),
    "time_zone": "Europe/Brussels",
    "all_day": False,
    "location": "Flagey, Brussels",
}
# What stands beside each kind: the state it tells of, and what was noted with it.
STATES = {kind: shape.claims or rules.CONFIRMED for kind, shape in SHAPES.items()}
FACTS: dict[str, dict[str, Any]] = {
    kinds.MOVED: {"before": BEFORE},
    kinds.SESSION_MOVED: {
        "moved_session": {
            "name": "Toasts",
            "starts_at": (STARTS + timedelta(hours=2)).isoformat(),
            "ends_at": (STARTS + timedelta(hours=3)).isoformat(),
            "was_starts_at": (STARTS + timedelta(hours=1)).isoformat(),
            "was_ends_at": (STARTS + timedelta(hours=2)).isoformat(),
        }
    },
    kinds.REMOVED: {"reason": "The room is smaller than we thought"},
    kinds.REJECTED: {"reason": "This meeting is for members"},
    kinds.EXPIRED: {"was": rules.OFFERED},
    kinds.RECONFIRM: {"deadline": DEADLINE.isoformat(), "frees_seat": True},
    kinds.EVENT_CANCELLED: {"reason": "The speaker is ill"},
}
# Who has a seat has a ticket in these, one for each person.
WITH_TICKETS = {kinds.CONFIRMED, kinds.PROMOTED, kinds.REMINDER}


@pytest.fixture(autouse=True)
def today(page_app) -> Iterator[None]:
    """It is the first of March 2027, ten days before the event."""
    with clock.running(lambda: NOW):
        yield


def gala() -> Made:
    return make_event(title="Gala dinner 2027", starts_at=STARTS, ends_at=ENDS, venue="Autoworld", capacity=9)


def as_it_arrives(kind: str, folder: Path, state: str = "", name: str = "Ada Lovelace", **facts: Any) -> Any:
    """Return the mail of *kind* to a party of two."""
    event = gala()
    registration = register(event, name, email="ada@example.org", party=2)
    is_off = kind == kinds.EVENT_CANCELLED

    def work(session) -> None:
        session.execute(update(OutgoingMessage).values(state="superseded"))
        session.execute(
            update(Registration).values(
                state=state or STATES[kind], offer_expires_at=DEADLINE, hold_expires_at=DEADLINE
            )
        )
        session.execute(update(Event).values(status="cancelled" if is_off else "published"))
        if kind == kinds.TOO_LARGE:
            # She waits, so that nothing is taken; the party can never fit into what is left.
            session.execute(update(Pool).values(taken=0, capacity=1, wanted=1, seats=1))
        announce_one(session, registration.id, kind, **(FACTS.get(kind, {}) | facts))

    write_tx(work)
    assert send_due(FolderTransport(folder)) == 1
    db.session.rollback()
    [path] = folder.glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def words_of(html: str) -> list[str]:
    body = html.partition("<body")[2]
    return re.sub(r"<[^>]+>", " ", body.replace("&amp;", "&")).split()


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_text_and_html_say_the_same(kind, tmp_path):
    message = as_it_arrives(kind, tmp_path)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    first = text.partition("\n-- ")[0]
    in_html = " ".join(words_of(html))
    lines = [" ".join(line.removeprefix("- ").split()).rstrip(":") for line in first.split("\n")]
    # A ticket stands as an address beneath its person; in the HTML a word leads to it.
    tickets = [line.removeprefix("Ticket: ") for line in lines if line.startswith("Ticket: ")]
    assert re.findall(r'<a [^>]*href="([^"]+)"[^>]*>\s*Ticket\s*</a>', html) == tickets
    assert len(set(tickets)) == (2 if kind in WITH_TICKETS else 0)
    lines = [line for line in lines if not line.startswith(("http", "Ticket: http"))]
    told_in_both = [line for line in lines if "calendar entry" not in line]
    assert [line for line in told_in_both if line not in in_html] == []
    assert "style=" in html
    assert "<style>@media (prefers-color-scheme: dark)" in html


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_subject_is_short_and_starts_with_the_fact(kind, tmp_path):
    subject = as_it_arrives(kind, tmp_path)["Subject"]
    assert not subject.startswith("Gala")
    assert len(subject) <= 95
    assert "{" not in subject


@pytest.mark.parametrize("kind", [kind for kind, shape in SHAPES.items() if shape.claims])
def test_old_news_is_not_sent(kind, tmp_path):
    registration = register(gala(), email="ada@example.org")

    def work(session) -> None:
        session.execute(update(OutgoingMessage).values(state="superseded"))
        other = rules.PENDING if STATES[kind] != rules.PENDING else rules.WAITLISTED
        session.execute(update(Registration).values(state=other))
        announce_one(session, registration.id, kind)

    write_tx(work)
    send_due(FolderTransport(tmp_path))
    assert list(tmp_path.glob("*.eml")) == []


def test_only_what_is_not_about_the_registration_can_be_unsubscribed_from(tmp_path):
    assert {kind for kind, shape in SHAPES.items() if shape.is_listed} == {"reminder", "materials"}


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"location": "Autoworld, Brussels"}, "New date: Gala dinner 2027 is now on Thursday, 11 March 2027"),
        ({"starts_at": STARTS.isoformat(), "ends_at": ENDS.isoformat()}, "New venue: Gala dinner 2027"),
    ],
)
def test_a_move_says_in_its_subject_what_moved(tmp_path, changed, subject):
    message = as_it_arrives(kinds.MOVED, tmp_path, before=BEFORE | changed)
    assert message["Subject"] == subject


@pytest.mark.parametrize(
    ("was", "heading"),
    [
        (rules.OFFERED, "Your offer has expired"),
        (rules.UNVERIFIED, "Your email address was not confirmed in time"),
        (rules.WAITLISTED, "No seat became free"),
    ],
)
def test_what_ended_by_itself_says_what_it_was(tmp_path, was, heading):
    message = as_it_arrives(kinds.EXPIRED, tmp_path, was=was)
    assert message.get_body(("plain",)).get_content().startswith(heading)


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (0, "Today 19:00: Gala dinner 2027, Autoworld, Brussels"),
        (1, "Tomorrow 19:00: Gala dinner 2027, Autoworld, Brussels"),
        (3, "Reminder: Gala dinner 2027, Thursday, 11 March 2027, Autoworld, Brussels"),
    ],
)
def test_a_reminder_counts_the_days_when_it_is_sent(tmp_path, days, subject):
    with clock.running(lambda: STARTS - timedelta(days=days, hours=2)):
        assert as_it_arrives(kinds.REMINDER, tmp_path)["Subject"] == subject


@pytest.mark.parametrize("kind", [kinds.REMINDER, kinds.RECONFIRM])
def test_nobody_is_reminded_of_what_has_begun(tmp_path, kind):
    registration = register(gala(), email="ada@example.org")
    write_tx(lambda session: announce_one(session, registration.id, kind))
    with clock.running(lambda: STARTS):
        send_due(FolderTransport(tmp_path))
    subjects = [path.read_text() for path in tmp_path.glob("*.eml")]
    assert len(subjects) == 1


def test_names_from_right_to_left_leave_the_words_around_them(tmp_path):
    message = as_it_arrives(kinds.CONFIRMED, tmp_path, name="משה (ציר)")
    assert "- \u2068משה (ציר)\u2069" in message.get_body(("plain",)).get_content()
    assert "<bdi>משה (ציר)</bdi>" in message.get_body(("html",)).get_content()


def test_a_hostile_name_is_text(tmp_path):
    message = as_it_arrives(kinds.CONFIRMED, tmp_path, name="<script>alert(1)</script>{{7*7}}")
    html = message.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in html


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (kinds.CONFIRMED, "ReservationConfirmed"),
        (kinds.CANCELLED, "ReservationCancelled"),
        (kinds.WAITLISTED, ""),
    ],
)
def test_reservation_data_is_there_where_the_operator_wants_it(page_app, tmp_path, kind, status):
    page_app.config["MAIL_STRUCTURED_DATA"] = True
    html = as_it_arrives(kind, tmp_path, name="</script><b>Ada").get_body(("html",)).get_content()
    data = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert (status in data) if status else (data == "")
    assert "/bookings/" not in data
    assert "<" not in data


def test_no_reservation_data_unless_asked_for(tmp_path):
    html = as_it_arrives(kinds.CONFIRMED, tmp_path).get_body(("html",)).get_content()
    assert "ld+json" not in html
