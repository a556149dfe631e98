"""Who has a seat is asked once; silence frees the seat where that was told, and the next in line gets it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from registration.mail.worker import send_due
from registration.reconfirm.chores import ask_who_comes, free_silent_seats, reconfirm
from registration.reconfirm.models import Reconfirmation
from registration.reconfirm.rules import NO, YES
from registration.reconfirm.services import TooLate, answer, ask_some, note_silence, plan, stop_asking
from tests.factories import cancel_registration, make_event, register, state
from tests.site.arranging import edit

DAY = timedelta(days=1)


@pytest.fixture
def event(app):
    """An event in 30 days that asks 14 days before, to be answered 7 days before."""
    made = make_event(capacity=2, starts_in=30 * DAY)
    plan(made.id, 14, 7, frees_seat=True, actor=SYSTEM)
    return made


def days_before(event, days, hours=0):
    """Let it be so many days before the event."""
    db.session.rollback()
    at: datetime = db.session.get_one(Event, event.id).starts_at - days * DAY + timedelta(hours=hours)
    return clock.running(lambda: at)


def mails(kind="reconfirm") -> list[str]:
    db.session.rollback()
    query = select(OutgoingMessage.to_name).where(OutgoingMessage.kind == kind)
    return list(db.session.scalars(query.order_by(OutgoingMessage.id)))


def answers() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Reconfirmation.answer).order_by(Reconfirmation.registration_id)))


def test_everybody_with_a_seat_is_asked_once_when_it_is_time(event):
    register(event, "Ada")
    register(event, "Ben")
    register(event, "Cleo")
    with days_before(event, 15):
        assert reconfirm() == 0
    for _round in range(2):
        with days_before(event, 14):
            reconfirm()
    assert mails() == ["Ada", "Ben"]


def test_silence_frees_the_seat_and_the_next_in_line_gets_it(event):
    ada, ben, cleo = (register(event, name) for name in ("Ada", "Ben", "Cleo"))
    with days_before(event, 14):
        reconfirm()
        answer(ada.id, YES)
    with days_before(event, 7, hours=-12):
        # Asked once more, and freed nothing.
        reconfirm()
        assert free_silent_seats() == 0
    with days_before(event, 7):
        assert reconfirm() == 1
        assert reconfirm() == 0
    assert [state(one) for one in (ada, ben, cleo)] == ["confirmed", "cancelled", "confirmed"]
    assert mails("removed") == ["Ben"]
    assert mails("promoted") == ["Cleo"]
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.after == "cancelled")).one()
    assert entry.actor == "system"
    assert "had no answer by" in (entry.reason or "")


def test_where_silence_costs_nothing_the_seat_stays(app):
    event = make_event(starts_in=30 * DAY)
    plan(event.id, 14, 7, frees_seat=False, actor=SYSTEM)
    ada = register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
    with days_before(event, 2):
        assert reconfirm() == 0
    assert state(ada) == "confirmed"


def test_no_gives_the_answer_and_is_not_asked_again(event):
    ada = register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
        answer(ada.id, NO)
        answer(ada.id, NO)
    with days_before(event, 7):
        assert free_silent_seats() == 0
    assert answers() == [NO]


def test_who_said_yes_may_say_no_later_and_not_the_other_way_round(event):
    ada = register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
    answer(ada.id, YES)
    answer(ada.id, NO)
    with pytest.raises(TooLate):
        answer(ada.id, YES)


def test_of_an_answer_and_the_end_of_the_time_the_first_one_counts(event):
    ada, ben = register(event, "Ada"), register(event, "Ben")
    with days_before(event, 14):
        reconfirm()
    answer(ada.id, YES)
    assert not note_silence(ada.id)
    assert note_silence(ben.id)
    with pytest.raises(TooLate):
        answer(ben.id, YES)


def test_a_seat_whose_silence_was_noted_before_a_crash_is_freed_by_the_next_round(event):
    ada = register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
    with days_before(event, 7):
        note_silence(ada.id)
        assert reconfirm() == 1
    assert state(ada) == "cancelled"


def test_a_late_worker_still_leaves_a_day_to_answer(event):
    ada = register(event, "Ada")
    with days_before(event, 5):
        assert reconfirm() == 1
        assert free_silent_seats() == 0
    with days_before(event, 5, hours=12):
        reconfirm()
        assert free_silent_seats() == 0
    assert state(ada) == "confirmed"
    with days_before(event, 4):
        assert reconfirm() == 1
    assert state(ada) == "cancelled"


def test_nobody_is_asked_on_the_last_day_and_nothing_is_freed_once_it_has_begun(event):
    register(event, "Ada")
    with days_before(event, 0, hours=-20):
        assert reconfirm() == 0
    with days_before(event, 14):
        reconfirm()
    with days_before(event, 0, hours=1):
        assert reconfirm() == 0


def test_who_got_her_seat_after_the_others_were_asked_is_not_asked(event):
    ada = register(event, "Ada")
    register(event, "Ben")
    register(event, "Cleo")
    with days_before(event, 14):
        reconfirm()
    with days_before(event, 13):
        cancel_registration(ada)
        assert reconfirm() == 0
    assert mails() == ["Ada", "Ben"]


def test_a_cancelled_event_asks_nobody_and_frees_nothing(event):
    ada = register(event, "Ada")
    with days_before(event, 14):
        edit(event, status="cancelled")
        assert reconfirm() == 0
        edit(event, status="published")
        assert reconfirm() == 1
    edit(event, status="cancelled")
    with days_before(event, 7):
        assert reconfirm() == 0
    assert state(ada) == "confirmed"


def test_a_plan_that_changes_takes_nobodys_time_away(event):
    register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
        plan(event.id, 14, 12, frees_seat=True, actor=SYSTEM)
    with days_before(event, 8):
        reconfirm()
        assert free_silent_seats() == 0


def test_who_stops_asking_frees_nothing_more(event):
    ada = register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
        stop_asking(event.id, SYSTEM)
    with days_before(event, 7):
        assert reconfirm() == 0
    assert state(ada) == "confirmed"


def test_several_workers_ask_once_and_free_once(event, app):
    for name in ("Ada", "Ben", "Cleo"):
        register(event, name)

    def at_work(_worker):
        with app.app_context():
            return reconfirm()

    with ThreadPoolExecutor(4) as workers, days_before(event, 14):
        assert sum(workers.map(at_work, range(4))) == 2
    assert mails() == ["Ada", "Ben"]
    with ThreadPoolExecutor(4) as workers, days_before(event, 8):
        list(workers.map(at_work, range(4)))
    assert mails() == ["Ada", "Ben"] * 2
    with ThreadPoolExecutor(4) as workers, days_before(event, 7):
        list(workers.map(at_work, range(4)))
    assert mails("removed") == ["Ada", "Ben"]
    assert mails("promoted") == ["Cleo"]


def test_many_are_asked_in_several_rounds(event, monkeypatch):
    register(event, "Ada")
    register(event, "Ben")
    monkeypatch.setattr("registration.reconfirm.services.BATCH", 1)
    with days_before(event, 14):
        assert [ask_who_comes(), ask_who_comes(), ask_who_comes()] == [1, 1, 0]


def test_the_mail_is_not_sent_when_it_is_answered(event):
    ada, _ben = register(event, "Ada"), register(event, "Ben")
    with days_before(event, 14):
        ask_some(event.id)
        answer(ada.id, YES)
        send_due()
    db.session.rollback()
    query = select(OutgoingMessage.to_name, OutgoingMessage.state).where(OutgoingMessage.kind == "reconfirm")
    assert dict(db.session.execute(query).all()) == {"Ada": "superseded", "Ben": "sent"}


def test_the_database_holds_one_answer_of_three(event):
    register(event, "Ada")
    with days_before(event, 14):
        reconfirm()
    with pytest.raises(Exception, match="ck_reconfirmation_answer"):
        write_tx(lambda session: session.execute(update(Reconfirmation).values(answer="maybe")))
