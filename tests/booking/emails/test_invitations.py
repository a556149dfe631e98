"""What mails carry for the calendar: as the organiser chose, and right for every program."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from registration.accounts.models import Organiser
from registration.booking.emails.calendar_part import rising
from registration.booking.notifications.notify import moved_mails
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.queries import whereabouts
from registration.events.services import Facts, Text, change_event
from registration.mail.outbox import enqueue
from tests import factories
from tests.factories import make_event, register
from tests.ical.checker import check_calendar
from tests.ical.test_entries import lines
from tests.mailbox import calendars, sent

ADA = "ada@example.org"
START = datetime(2026, 12, 1, 9, tzinfo=UTC)


def choose(choice: str, slug: str = "ditta") -> None:
    organiser_id = factories.make_organiser(slug)
    write_tx(lambda session: setattr(session.get_one(Organiser, organiser_id), "calendar_mail", choice))


def move(event: factories.Made) -> None:
    def work(session):
        found = session.get_one(Event, event.id)
        facts = Facts(
            starts_at=found.starts_at + timedelta(days=1),
            ends_at=found.ends_at + timedelta(days=1),
            time_zone=found.time_zone,
            venue=found.venue,
            city=found.city,
        )
        before = whereabouts(found)
        change_event(session, found, facts, Text("en", "Workshop on nomenclatures"))
        enqueue(session, *moved_mails(session, event.id, before))

    write_tx(work)


def parts_to(email: str) -> list[bytes]:
    """Return the calendar of each mail to *email*, first to last, after checking that both parts agree."""
    found = []
    for mail in sent():
        if email not in mail["To"]:
            continue
        same = {part.get_payload(decode=True) for part in calendars(mail)}
        assert len(same) <= 1
        found += [raw for raw in same if isinstance(raw, bytes)]
    return found


def facts(raw: bytes) -> dict[str, str]:
    event = lines(raw)[lines(raw).index("BEGIN:VEVENT") :]
    method = {line for line in lines(raw) if line.startswith("METHOD:")}
    told = dict(line.partition(":")[::2] for line in event)
    return told | {"METHOD": "".join(method).removeprefix("METHOD:")}


def life(event: factories.Made) -> None:
    """Ada waits, sits, is moved, and cancels."""
    ben = register(event, "Ben")
    ada = register(event, "Ada", email=ADA)
    sent()
    factories.cancel_registration(ben)
    sent()
    move(event)
    sent()
    factories.cancel_registration(ada)


def test_an_invitation_follows_a_life_as_one_entry(app):
    life(make_event(capacity=1))
    found = [facts(raw) for raw in parts_to(ADA)]
    assert [one["METHOD"] for one in found] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [one.get("STATUS") for one in found] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", None]
    assert len({one["UID"] for one in found}) == 1
    numbers = [int(one["SEQUENCE"]) for one in found]
    assert numbers == sorted(set(numbers))
    stamps = [one["DTSTAMP"] for one in found]
    assert stamps == sorted(set(stamps)), "a program would ignore an equal stamp"


def test_every_part_of_a_life_keeps_the_rules(app):
    life(make_event(capacity=1))
    for raw in parts_to(ADA):
        assert check_calendar(raw) == []


def test_the_mail_has_the_structure_that_programs_take(page_app):
    register(make_event(), "Ada", email=ADA)
    (mail,) = sent()
    assert mail.get_content_type() == "multipart/mixed"
    alternative, file = mail.iter_parts()
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    invitation = list(alternative.iter_parts())[-1]
    assert invitation.get_param("method") == "REQUEST"
    assert invitation.get_param("charset") == "UTF-8"
    assert invitation["Content-Transfer-Encoding"] == "base64"
    assert file.get_content_type() == "application/ics"
    assert file.get_filename() == "invite.ics"


def test_no_other_attendee_is_named(page_app):
    event = make_event(capacity=9)
    register(event, "Ben", email="ben@example.org")
    register(event, "Ada", email=ADA, party=3)
    for raw in parts_to(ADA):
        text = "".join(lines(raw))
        assert "ben@" not in text
        assert "Guest" not in text


def test_a_plain_file_asks_nobody_to_accept(page_app):
    choose("attachment")
    life(make_event(capacity=1))
    found = parts_to(ADA)
    assert len(found) == 4
    for raw in found:
        assert check_calendar(raw) == []
        assert not any(word in raw for word in (b"METHOD", b"ORGANIZER", b"ATTENDEE"))
    mail = next(mail for mail in sent() if ADA in mail["To"])
    (part,) = calendars(mail)
    assert part.get_content_disposition() == "attachment"
    assert part.get_param("method") is None


def test_nothing_is_nothing(page_app):
    choose("none")
    life(make_event(capacity=1))
    assert parts_to(ADA) == []
    for mail in sent():
        assert "The calendar entry is attached" not in mail.get_body(("plain",)).get_content()
        assert mail.get_content_type() == "multipart/alternative"


def test_the_choice_of_one_organiser_is_not_another_s(page_app):
    choose("none", "cocir")
    register(make_event(), "Ada", email=ADA)
    register(make_event(organiser="cocir"), "Ada", email=ADA)
    assert len(parts_to(ADA)) == 1


def test_who_is_back_before_her_cancellation_left_is_not_thrown_out_of_her_calendar(page_app):
    event = make_event()
    ada = register(event, "Ada", email=ADA)
    factories.cancel_registration(ada)
    register(event, "Ada", email=ADA)
    found = [facts(raw) for raw in parts_to(ADA)]
    assert {one["METHOD"] for one in found} == {"REQUEST"}
    assert {one["STATUS"] for one in found} == {"CONFIRMED"}


def test_who_registers_again_continues_the_sequence(page_app):
    event = make_event()
    ada = register(event, "Ada", email=ADA)
    sent()
    factories.cancel_registration(ada)
    sent()
    register(event, "Ada", email=ADA)
    found = [facts(raw) for raw in parts_to(ADA)]
    numbers = [int(one["SEQUENCE"]) for one in found]
    assert [one["METHOD"] for one in found] == ["REQUEST", "CANCEL", "REQUEST"]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.floats(0, 100), max_size=8).map(sorted))
def test_stamps_rise_whatever_the_times_of_sending(seconds):
    """Each mail is stamped before it is sent; what it is stamped with is never more than *rising* assumes."""
    sent_at: list[datetime] = []
    stamps = []
    for after in seconds:
        now = START + timedelta(seconds=after)
        stamps.append(rising(sent_at, now))
        sent_at.append(now + timedelta(milliseconds=300))
    assert all(before < later for before, later in pairwise(stamps))
    assert all(stamp.microsecond == 0 for stamp in stamps)
