"""The same form sent many times at once is one registration, one seat, one mail."""

import threading
from collections import Counter

from sqlalchemy import func, select

from registration.booking.services.register import Receipt, SubmittedDifferently, register
from registration.core.database import db
from registration.mail.models import OutgoingMessage
from registration.seats.models import Registration
from tests.factories import application, pool


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
