"""A message to many: who, what, seen first, sent in batches, stopped; reminders and papers."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registration.booking.models import Booking, EventMail
from registration.booking.tasks.event_reminders import due_at, remind
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, Material
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from registration.organiser.attendees.queries import Filters
from registration.organiser.mailing import services as mailing_services
from registration.organiser.mailing.models import Mailing
from tests.factories import cancel_registration, make_event, post, register, token_in
from tests.mailbox import written

BASE = "/organiser/events/workshop-on-nomenclatures/messages"
WORDS = {
    "subject": "Parking",
    "body": "Dear {name},\n\nuse the east gate of {event}. {{7*7}} %s",
}


def write(client, query: str = "", **words) -> str:
    """Keep a draft and return its address."""
    answer = post(client, f"{BASE}/new{query}", f"{BASE}/new{query}", **(WORDS | words))
    assert answer.status_code == 303, answer.text
    return answer.location


def messages(kind: str = "message") -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(OutgoingMessage.to_name, OutgoingMessage.state)
        .where(OutgoingMessage.kind == kind)
        .order_by(OutgoingMessage.id)
    )
    return [tuple(row) for row in rows]


def queued() -> int:
    """Put the next batch into the outbox, as the worker does."""
    db.session.rollback()
    return mailing_services.queue_some()


def test_a_message_is_seen_as_a_real_person_reads_it_before_anybody_gets_it(owner, page_app):
    register(make_event(capacity=9), "Ada")
    page = owner.get(write(owner)).text
    assert "As Ada would read it" in page
    assert "use the east gate of Workshop on nomenclatures. {{7*7}} %s" in page
    assert "Send to 1 person<" in page
    assert queued() == 0
    assert messages() == []


def test_the_count_on_the_button_is_who_gets_it(owner, page_app, tmp_path):
    event = make_event(capacity=3)
    for name in ("Ada", "Ben", "Cleo"):
        register(event, name)
    register(event, "Dora")
    address = write(owner, "?state=confirmed")
    assert "Send to 3 people<" in owner.get(address).text
    assert post(owner, address, address + "send", people="3").status_code == 303
    assert queued() == 3
    assert [name for name, _state in messages()] == ["Ada", "Ben", "Cleo"]
    send_due(FolderTransport(tmp_path))
    found = [one for one in written(tmp_path) if one["Subject"] == "[DITTA] Parking"]
    assert len(found) == 3
    assert {one["List-Id"] for one in found} == {"<ditta.registration.example.org>"}
    assert all(one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for one in found)
    told = {one["To"].split()[0]: one.get_body(("plain",)).get_content() for one in found}
    assert "Dear Ada," in told["Ada"]
    assert "Dear Cleo," in told["Cleo"]
    assert "Sent to 3 people." in owner.get(address).text


def test_a_list_that_changed_meanwhile_sends_nothing(owner, page_app):
    event = make_event(capacity=9)
    register(event, "Ada")
    address = write(owner)
    register(event, "Ben")
    answer = post(owner, address, address + "send", people="1")
    assert "The list has changed" in answer.text
    assert queued() == 0
    assert "Send to 2 people<" in owner.get(address).text


def test_who_wants_none_or_cannot_be_reached_is_left_out_and_counted(owner, page_app):
    event = make_event(capacity=9)
    ids = {name: register(event, name).booking_id for name in ("Ada", "Ben", "Cleo")}
    for name, column in (("Ben", "unsubscribed_at"), ("Cleo", "unreachable_at")):
        change = update(Booking).where(Booking.id == ids[name]).values({column: clock.now()})
        write_tx(lambda session, change=change: session.execute(change))
    page = owner.get(f"{BASE}/new").text
    assert "1 person gets it" in page
    assert "2 more want no messages or cannot be reached" in page
    address = write(owner)
    post(owner, address, address + "send", people="1")
    queued()
    assert [name for name, _state in messages()] == ["Ada"]


def test_a_party_gets_one_mail(owner, page_app):
    register(make_event(capacity=9), "Ada", party=3)
    assert "1 person gets it" in owner.get(f"{BASE}/new").text


def test_it_is_queued_in_batches_and_each_person_once(page_app, monkeypatch):
    monkeypatch.setattr(mailing_services, "BATCH", 2)
    event = make_event(capacity=9)
    for number in range(5):
        register(event, f"Person {number}")
    mailing_id = mailing_services.draft(event.id, "Parking", "East gate.", Filters(), None)
    mailing_services.send(event.id, mailing_id, 5, SYSTEM)
    assert [queued() for _turn in range(4)] == [2, 2, 1, 0]
    assert len(messages()) == 5
    assert len(set(messages())) == 5
    db.session.rollback()
    assert db.session.scalars(select(Mailing.filters)).one() == {}


def test_stopping_keeps_what_has_not_left(owner, page_app, monkeypatch, tmp_path):
    monkeypatch.setattr(mailing_services, "BATCH", 2)
    event = make_event(capacity=9)
    for number in range(5):
        register(event, f"Person {number}")
    address = write(owner)
    post(owner, address, address + "send", people="5")
    queued()
    answer = post(owner, address, address + "stop")
    assert "Stopped: 5 people do not get it." in owner.get(answer.location).text
    assert queued() == 0
    send_due(FolderTransport(tmp_path))
    assert {state for _name, state in messages()} == {"superseded"}
    assert not [one for one in written(tmp_path) if "Parking" in one["Subject"]]


def test_a_test_goes_to_me_and_leads_into_nobodys_booking(owner, page_app, tmp_path):
    register(make_event(), "Ada")
    address = write(owner, body="Dear {name}, see {link}")
    post(owner, address, address + "test")
    send_due(FolderTransport(tmp_path))
    [mine] = [one for one in written(tmp_path) if "owner@example.org" in one["To"]]
    assert mine["Subject"] == "[DITTA] Parking"
    text = mine.get_body(("plain",)).get_content()
    assert "Dear Ada, see http://localhost/" in text
    for secret in ("/bookings/", "/feeds/", "/unsubscribe/", "/tickets/"):
        assert secret not in mine.as_string()


def test_a_message_that_left_is_not_sent_or_changed_again(owner, page_app):
    register(make_event(), "Ada")
    address = write(owner)
    edit = owner.get(address + "edit")
    token = token_in(edit.text)
    post(owner, address, address + "send", people="1")
    data = {"csrf_token": token}
    for action, more in (("send", {"people": "1"}), ("edit", WORDS)):
        assert owner.post(address + action, data=data | more).status_code in {303, 409}
    queued()
    assert len(messages()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"subject": ""}, "Enter a subject."),
        ({"body": " "}, "Enter the text."),
        ({"body": "{x.__class__}"}, "There is no {x.__class__}."),
    ],
)
def test_an_empty_message_comes_back_with_what_to_do(owner, page_app, words, sentence):
    register(make_event(), "Ada")
    answer = post(owner, f"{BASE}/new", f"{BASE}/new", **(WORDS | words))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_message_of_another_event_is_not_there(owner, page_app):
    register(make_event(), "Ada")
    address = write(owner)
    other = make_event(title="Gala")
    assert owner.get(address.replace("workshop-on-nomenclatures", other.slug)).status_code == 404


def choose(event, **values) -> None:
    write_tx(lambda session: session.add(EventMail(event_id=event.id, **values)))


def test_the_reminder_goes_out_once_and_again_when_the_event_moves(page_app, tmp_path):
    now = clock.now()
    event = make_event(capacity=1, starts_in=timedelta(days=5))
    register(event, "Ada")
    register(event, "Ben")
    choose(event, reminder_days=3, attaches_ticket=False)
    assert remind() == 0
    with clock.running(lambda: now + timedelta(days=4)):
        assert remind() == 1
        assert remind() == 0
    assert [name for name, _state in messages("reminder")] == ["Ada"]
    starts_at = db.session.get_one(Event, event.id).starts_at
    moved = {"starts_at": starts_at + timedelta(days=7), "ends_at": starts_at + timedelta(days=8)}
    write_tx(lambda session: session.execute(update(Event).values(moved)))
    db.session.rollback()
    with clock.running(lambda: now + timedelta(days=5)):
        assert remind() == 0
    with clock.running(lambda: now + timedelta(days=11)):
        assert remind() == 1


@pytest.mark.parametrize(("status", "reminded"), [("cancelled", 0), ("draft", 1)])
def test_nobody_is_reminded_of_what_is_not_held(page_app, status, reminded):
    # A draft with people is held: what they were promised hangs on them, not on who may find it.
    event = make_event(starts_in=timedelta(days=1))
    register(event, "Ada")
    choose(event, reminder_days=3, attaches_ticket=False)
    write_tx(lambda session: session.execute(update(Event).values(status=status)))
    assert remind() == reminded


def test_a_reminder_is_due_in_the_morning_of_the_event_s_own_zone(page_app):
    event = Event(
        time_zone="Europe/Brussels", starts_at=clock.now().replace(month=7, day=9, hour=17, minute=0)
    )
    assert due_at(event, 2).hour == 7
    early = Event(
        time_zone="Europe/Brussels", starts_at=clock.now().replace(month=7, day=9, hour=7, minute=0)
    )
    assert due_at(early, 0) < early.starts_at


def test_what_the_mails_do_is_chosen_on_a_page(owner, page_app):
    make_event()
    screen = f"{BASE}/choices"
    assert post(owner, screen, screen, reminder_days="x").status_code == 422
    assert post(owner, screen, screen, reminder_days="61").status_code == 422
    assert post(owner, screen, screen, reminder_days="2", attaches_ticket="y").status_code == 303
    db.session.rollback()
    choice = db.session.scalars(select(EventMail)).one()
    assert (choice.reminder_days, choice.attaches_ticket) == (2, True)
    assert 'value="2"' in owner.get(screen).text
    post(owner, screen, screen, reminder_days="")
    db.session.rollback()
    assert db.session.scalars(select(EventMail.reminder_days)).one() is None


def test_tickets_go_with_the_confirmation_where_the_organiser_wants_it(page_app, tmp_path):
    event = make_event(capacity=2)
    choose(event, reminder_days=None, attaches_ticket=True)
    register(event, "Ada", party=2)
    register(event, "Ben")
    send_due(FolderTransport(tmp_path))
    files = {
        one["Subject"].split(":")[0]: [part.get_filename() for part in one.iter_attachments()]
        for one in written(tmp_path)
    }
    assert files == {
        "Your 2 seats are confirmed": ["invite.ics", "ticket.pdf"],
        "You are number 1 on the waitlist": ["invite.ics"],
    }


def test_papers_are_told_to_those_who_had_a_seat(owner, page_app, tmp_path):
    event = make_event(capacity=2)
    register(event, "Ada")
    cancel_registration(register(event, "Ben"))
    write_tx(
        lambda session: session.add(
            Material(event_id=event.id, title="Slides", url="https://example.org/slides", locale="en", rank=0)
        )
    )
    asked = post(owner, BASE, f"{BASE}/materials")
    assert (asked.status_code, messages("materials")) == (409, [])
    assert "This tells 1 person" in asked.text
    assert 'value="no"' not in asked.text
    answer = post(owner, BASE, f"{BASE}/materials", tell="yes")
    assert "1 person is told." in owner.get(answer.location).text
    assert [name for name, _state in messages("materials")] == ["Ada"]
