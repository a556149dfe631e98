"""The same form sent many times at once is one registration, one seat, one mail."""

import threading
from collections import Counter

from sqlalchemy import func, select

from registration.booking.admission.services import EventFull, Receipt, SubmittedDifferently, register
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.mail.models import OutgoingMessage
from registration.seats import gate as gates
from registration.seats.models import Registration
from tests.factories import application, pool, register_application


def sent_at_once(app, applications) -> list[object]:
    """Send all *applications* at the same moment and return what each was answered."""
    gate = threading.Barrier(len(applications))
    answers: list[object] = []

    def send(one) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers.append(register(one))
            except Exception as refusal:
                answers.append(refusal)
            db.session.remove()

    threads = [threading.Thread(target=send, args=(one,)) for one in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_equal_submits_are_one_and_five_others_are_told(app, make_event):
    event = make_event(capacity=9)
    same = application(event, "Ada", email="ada@example.org", key="one form")
    other = application(event, "Ben", email="ben@example.org", key="one form")
    # The first one is in before the crowd: whose body counts is then known.
    first = register(same)
    answers = sent_at_once(app, [same] * 50 + [other] * 5)
    assert Counter(type(one) for one in answers) == {Receipt: 50, SubmittedDifferently: 5}
    assert {one.token for one in answers if isinstance(one, Receipt)} == {first.token}
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutgoingMessage)) == 1
    assert pool(event).taken == 1


def test_fifty_equal_first_submits_are_one(app, make_event):
    event = make_event(capacity=9)
    same = application(event, "Ada", email="ada@example.org", key="one form")
    answers = sent_at_once(app, [same] * 50)
    assert len({one.token for one in answers if isinstance(one, Receipt)}) == 1
    assert Counter(type(one) for one in answers) == {Receipt: 50}
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutgoingMessage)) == 1
    assert pool(event).taken == 1


def test_many_people_at_once_get_each_place_once(app, make_event):
    event = make_event(capacity=10)
    answers = sent_at_once(app, [application(event, "Ada") for _one in range(40)])
    assert Counter(type(one) for one in answers) == {Receipt: 40}
    places = db.session.scalars(select(Registration.place).order_by(Registration.place)).all()
    assert places == list(range(1, 41))
    seated = select(func.max(Registration.place)).where(Registration.state == "confirmed")
    assert db.session.scalar(seated) == 10
    assert pool(event).taken == 10


def answered_together(app, event, applications) -> list[object]:
    """Let all of *applications* wait for the gate, then be admitted together."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold(session) -> None:
        gates.lock(session, [event.id])
        is_held.set()
        may_go.wait(5)

    def holder() -> None:
        with app.app_context():
            write_tx(hold)

    held = threading.Thread(target=holder)
    held.start()
    assert is_held.wait(5)
    release = threading.Timer(0.4, may_go.set)
    release.start()
    answers = sent_at_once(app, applications)
    held.join()
    return answers


def test_those_admitted_together_get_what_each_would_get_alone(app, make_event):
    event = make_event(capacity=4)
    # Three seats are left: a party of four cannot sit, whoever comes first.
    register_application(application(event, "Dora"))
    same = application(event, "Ada", email="ada@example.org", key="one form")
    again = application(event, "Ada", email="ADA@example.org", key="another form")
    party = application(event, "Ben", party=4)
    others = [application(event, "Cleo") for _one in range(4)]
    answers = answered_together(app, event, [same, same, again, party, *others])
    assert Counter(type(one) for one in answers) == {Receipt: 8}
    # Whichever of the two forms came second is told nothing but that its link was sent.
    assert sum(one.token is None for one in answers if isinstance(one, Receipt)) in (1, 2)
    states = db.session.execute(select(Registration.place, Registration.size, Registration.state)).all()
    assert len(states) == 7
    assert sorted(row.place for row in states) == [1, 2, 3, 4, 5, 6, 7]
    assert pool(event).taken == 4
    waiting = [row for row in states if row.state == "waitlisted"]
    assert {row.size for row in waiting} == {4, 1}
    assert all(finding.holds for finding in examine(db.engine, event.slug))


def test_without_a_waitlist_the_last_of_those_who_come_together_is_told(app, make_event):
    event = make_event(capacity=2, has_waitlist=False)
    answers = answered_together(app, event, [application(event, "Ada") for _one in range(5)])
    assert Counter(type(one) for one in answers) == {Receipt: 2, EventFull: 3}
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 2
