"""`registration bounce` and `registration reply` as a mail server runs them: on standard input."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from registration.booking.models import Booking
from registration.booking.notifications.kinds import ANSWERS, COUNTER_ANSWERED, DECLINE_ASKED, REPLIES
from registration.booking.notifications.notify import announce_one
from registration.cli import cli
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.mail.addresses import numbered
from registration.mail.models import Delivery, OutgoingMessage
from registration.mail.outbox import mark_sent
from registration.mail.transport import FolderTransport
from registration.mail.worker import BOUNCES, send_due
from tests.booking.inbound.test_calendar_answers import CALENDAR, mail
from tests.factories import cancel_registration, register, state
from tests.mail.test_reports import report

BOUNCE = "bounces@events.example.org"
REPLY = "events@events.example.org"


@pytest.fixture(autouse=True)
def addresses(app):
    """Both addresses are set up, as in production."""
    app.config |= {"BOUNCE_ADDRESS": BOUNCE, "REPLY_ADDRESS": REPLY}


@pytest.fixture
def pipe(app, monkeypatch):
    """Run a command of the application under test with a mail on its standard input."""
    db.session.remove()

    def run(command: str, raw: bytes, *arguments: str) -> tuple[int, str]:
        db.session.rollback()
        runner = app.test_cli_runner()
        result = runner.invoke(cli, [command, *arguments], input=raw)
        return result.exit_code, result.output

    return run


def sent(tmp_path) -> OutgoingMessage:
    """Send what is due and return the newest mail."""
    send_due(FolderTransport(tmp_path / "out"))
    db.session.rollback()
    return db.session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id.desc())).first()


def about(message: OutgoingMessage, action: str = "failed", status: str = "5.1.1", to: str = "") -> bytes:
    """Return a report about *message*."""
    raw = report(action, status).replace(
        b"bounces+1.aaaaaaaaaaaaaaaa@events.example.org", numbered(BOUNCE, BOUNCES, message.id).encode()
    )
    return raw.replace(b"ada@example.org", (to or message.to_email).encode())


def booked() -> Booking:
    db.session.rollback()
    return db.session.scalars(select(Booking)).first()


def answer(registration, partstat: str = "DECLINED", method: str = "REPLY", **values: str) -> bytes:
    """Return what a calendar answers to the invitation of *registration*."""
    uid = db.session.get_one(Event, registration.event_id).uid
    calendar = CALENDAR.replace("event-1@registration.example.org", uid)
    email = db.session.get_one(Booking, registration.booking_id).email
    calendar = calendar.replace("ada@example.org", email)
    values.setdefault("to", numbered(REPLY, REPLIES, registration.id))
    return mail(partstat, method, calendar=calendar, **values)


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMessage.kind).order_by(OutgoingMessage.id)))


def test_a_bounce_is_told_at_its_mail_and_frees_no_seat(pipe, make_event, tmp_path):
    ada = register(make_event())
    message = sent(tmp_path)
    assert pipe("bounce", about(message)) == (0, f"bounce noted mail={message.id}\n")
    db.session.rollback()
    assert db.session.get_one(OutgoingMessage, message.id).state == "bounced"
    last = db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
    assert last.outcome == "bounced"
    assert last.detail.startswith("5.1.1 ")
    assert message.to_email not in last.detail
    assert state(ada) == "confirmed"


def test_nobody_behind_the_address_of_a_first_mail_marks_it(pipe, make_event, tmp_path):
    register(make_event())
    pipe("bounce", about(sent(tmp_path)))
    assert booked().unreachable_at is not None


def test_later_it_takes_two_reports_and_the_same_one_twice_is_one(pipe, make_event, tmp_path):
    ada = register(make_event(capacity=3), party=3)
    sent(tmp_path)
    for _turn in range(2):
        later = sent_again(ada, tmp_path)
        pipe("bounce", about(later))
        if _turn == 0:
            assert pipe("bounce", about(later))[0] == 1
            assert (booked().bounces, booked().unreachable_at) == (1, None)
    assert booked().unreachable_at is not None


def sent_again(registration, tmp_path) -> OutgoingMessage:
    """Have one more mail about *registration* and send it."""
    write_tx(lambda session: announce_one(session, registration.id, "link"))
    return sent(tmp_path)


@pytest.mark.parametrize(("action", "status"), [("failed", "5.2.2"), ("failed", "4.4.7")])
def test_a_full_mailbox_bounces_and_the_address_stays_good(pipe, make_event, tmp_path, action, status):
    register(make_event())
    message = sent(tmp_path)
    assert pipe("bounce", about(message, action, status))[0] == 0
    assert booked().unreachable_at is None
    assert db.session.get_one(OutgoingMessage, message.id).state == "bounced"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_what_is_no_failure_is_noted_and_the_mail_stays_sent(pipe, make_event, tmp_path, action):
    register(make_event())
    message = sent(tmp_path)
    assert pipe("bounce", about(message, action, "4.4.1"))[0] == 0
    db.session.rollback()
    assert db.session.get_one(OutgoingMessage, message.id).state == "sent"
    assert action in db.session.scalars(select(Delivery.outcome)).all()


def test_a_bounce_of_where_she_sends_her_mail_on_says_nothing_of_hers(pipe, make_event, tmp_path):
    register(make_event())
    pipe("bounce", about(sent(tmp_path), to="elsewhere@example.net"))
    assert booked().unreachable_at is None


def test_a_bounce_that_is_quicker_than_our_own_note_stays(pipe, app, make_event, tmp_path):
    register(make_event())
    message = sent(tmp_path)
    write_tx(
        lambda session: session.execute(
            update(OutgoingMessage).where(OutgoingMessage.id == message.id).values(state="sending")
        )
    )
    pipe("bounce", about(message))
    write_tx(lambda session: mark_sent(session, message.id))
    db.session.rollback()
    assert db.session.get_one(OutgoingMessage, message.id).state == "bounced"


def test_what_is_not_about_our_mail_is_ignored_without_naming_anybody(pipe, make_event, tmp_path):
    register(make_event(), email="ada.secret@example.org")
    message = sent(tmp_path)
    for raw in (b"", report(), about(message).replace(b"+1.", b"+2."), b"noise \xff" * 100):
        code, output = pipe("bounce", raw)
        assert code == 1
        assert output.startswith("registration: ignored: ")
        assert "@" not in output
    assert db.session.get_one(OutgoingMessage, message.id).state == "sent"


def test_the_envelope_of_the_server_counts(pipe, make_event, tmp_path):
    register(make_event())
    message = sent(tmp_path)
    raw = about(message).replace(b"To: ", b"X-To: ")
    assert pipe("bounce", raw)[0] == 1
    assert pipe("bounce", raw, "--recipient", numbered(BOUNCE, BOUNCES, message.id))[0] == 0


def test_a_database_that_is_away_has_the_server_keep_the_mail(pipe, app, make_event, tmp_path):
    register(make_event())
    raw = about(sent(tmp_path))
    write_tx(lambda session: session.connection().exec_driver_sql("ALTER TABLE delivery RENAME TO away"))
    code, output = pipe("bounce", raw)
    assert code == 75
    assert "@" not in output


def test_declining_asks_by_mail_and_cancels_nothing(pipe, make_event, tmp_path):
    ada = register(make_event())
    assert pipe("reply", answer(ada)) == (0, f"reply noted registration={ada.id} answer=declined\n")
    assert state(ada) == "confirmed"
    assert kinds() == ["confirmed", DECLINE_ASKED]
    noted = db.session.scalars(select(JournalEntry).where(JournalEntry.action == "calendar-answer")).one()
    assert (noted.after, noted.registration_id) == ("declined", ada.id)
    sent(tmp_path)
    letters = [path.read_text() for path in (tmp_path / "out").glob("*.eml")]
    assert any("You declined in your calendar" in one and "/bookings/" in one for one in letters)


def test_a_calendar_that_declines_again_and_again_gets_one_mail(pipe, make_event):
    ada = register(make_event())
    for _time in range(3):
        pipe("reply", answer(ada))
    assert kinds().count(DECLINE_ASKED) == 1


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE"])
def test_accepting_is_noted_and_nothing_follows(pipe, make_event, partstat):
    ada = register(make_event())
    assert pipe("reply", answer(ada, partstat))[0] == 0
    assert kinds() == ["confirmed"]


def test_another_time_proposed_is_answered(pipe, make_event):
    ada = register(make_event())
    assert pipe("reply", answer(ada, "TENTATIVE", "COUNTER"))[0] == 0
    assert kinds() == ["confirmed", COUNTER_ANSWERED]


def test_who_writes_it_counts_for_nothing(pipe, make_event):
    ada = register(make_event(), email="ada@example.org")
    forged = answer(ada, to="events@events.example.org").replace(b"anybody@example.net", b"ada@example.org")
    assert pipe("reply", forged)[0] == 1
    other = register(make_event(title="Another"), "Ben")
    stolen = answer(other, to=numbered(REPLY, REPLIES, ada.id))
    assert pipe("reply", stolen)[0] == 1
    assert DECLINE_ASKED not in kinds()


def test_who_has_left_already_is_asked_nothing(pipe, make_event):
    ada = register(make_event())
    cancel_registration(ada)
    assert pipe("reply", answer(ada))[0] == 1
    assert DECLINE_ASKED not in kinds()


def test_an_invitation_carries_the_address_that_answers_are_known_by(make_event, tmp_path):
    ada = register(make_event())
    send_due(FolderTransport(tmp_path / "out"))
    [letter] = (tmp_path / "out").glob("*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    [part] = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    text = part.get_content().replace("\r\n ", "")
    email = db.session.get_one(Booking, ada.booking_id).email_normal
    assert f"mailto:{numbered(REPLY, ANSWERS, ada.event_id, email)}" in text
