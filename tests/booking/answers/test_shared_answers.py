"""What the contact answered once for all is of every part of her party, however it is split or grows."""

import csv
import io

import pytest
from sqlalchemy import select

from registration.booking.changes.cancel import cancel
from registration.booking.changes.handover import Successor, Taking, hand_over, take_over
from registration.booking.changes.party import add_people, split
from registration.booking.models import Answer
from registration.booking.rules import Person
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE
from registration.seats.models import Registration
from tests import factories
from tests.booking.arranging import booked, fields_in
from tests.factories import make_event, register, target

ORDER = QuestionFacts("Order number", scope="booking", is_required=True)
DIET = QuestionFacts("Diet")


def parts(registration) -> list[Registration]:
    """Return the registrations of a booking, in their order."""
    db.session.rollback()
    query = select(Registration).where(Registration.booking_id == registration.booking_id)
    found = list(db.session.scalars(query.order_by(Registration.id)))
    db.session.rollback()
    return found


def grown(event):
    """Return Ada's page and the two parts of her party: she sits, and so does Ben, whom she brought later."""
    page, ada = booked(event, "Ada", answers=((event.questions[0], "PO 12"), (event.questions[1], "vegan")))
    add_people(target(ada), [Person("Ben")])
    return page, parts(ada)


def halved(event):
    """Return Ada's page and the two parts of her party, which waits for itself by now."""
    register(event, "Cleo", party=5)
    page, ada = booked(
        event, "Ada", party=2, answers=((event.questions[0], "PO 12"), (event.questions[1], "vegan"))
    )
    split(target(ada))
    return page, parts(ada)


@pytest.mark.parametrize("arrange", [grown, halved])
def test_the_organiser_reads_it_at_each_part(owner, arrange):
    event = make_event(capacity=5, questions=(ORDER, DIET))
    _page, [first, second] = arrange(event)
    for one in (first, second):
        told = owner.get(f"/organiser/events/{event.slug}/registrations/{one.id}").text
        assert told.count("PO 12") == 1
        assert told.count("vegan") == (one.id == first.id)
    raw = owner.get(f"/organiser/events/{event.slug}/exports/attendees.csv?q=&state=all").data.decode(
        "utf-8-sig"
    )
    rows = [row for row in csv.DictReader(io.StringIO(raw)) if row["contact_name"] == "Ada"]
    assert [row["Order number"] for row in rows] == ["PO 12", "PO 12"]


@pytest.mark.parametrize("arrange", [grown, halved])
def test_the_contact_corrects_it_at_any_part_for_all(page_app, page_client, arrange):
    event = make_event(capacity=5, questions=(ORDER, DIET))
    page, [first, second] = arrange(event)
    edit = f"{page}registrations/{second.id}/edit"
    data = fields_in(page_client.get(edit).text)
    assert data[f"question-{event.questions[0]}"] == "PO 12"
    answer = page_client.post(edit, data=data | {f"question-{event.questions[0]}": "PO 13"})
    assert answer.status_code == 303
    db.session.rollback()
    said = db.session.scalars(select(Answer.value).where(Answer.question_id == event.questions[0])).all()
    assert said == ["PO 13"]
    assert 'value="PO 13"' in page_client.get(f"{page}registrations/{first.id}/edit").text


def test_it_stays_readable_when_the_part_that_it_lies_with_ends(owner):
    event = make_event(capacity=5, questions=(ORDER, DIET))
    _page, [first, second] = grown(event)
    cancel(target(first), ATTENDEE)
    assert "PO 12" in owner.get(f"/organiser/events/{event.slug}/registrations/{second.id}").text


def test_it_stays_with_the_party_when_a_part_is_handed_on(owner):
    event = make_event(capacity=5, questions=(ORDER, DIET))
    _page, [first, second] = grown(event)
    [ada] = factories.attendees(first)
    hand_over(target(first), ada.id, Successor("Dora", "dora@example.org", "", "en"), ATTENDEE)
    take_over(1, event.id, Taking("Dora", "", "en", ((event.questions[0], "PO 99"),), ()))
    theirs, hers = (
        owner.get(f"/organiser/events/{event.slug}/registrations/{one.id}").text for one in (second, first)
    )
    assert "PO 12" in theirs
    assert "PO 99" not in theirs
    assert "PO 99" in hers
    assert "PO 12" not in hers
