"""A firm's limit counts its people however they write it, and says that it is what is in the way."""

import pytest
from sqlalchemy import select, text

from registration.booking.event_settings.waitlist import FirmTerms, change_line, set_firm
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.doctor.repair import repair
from registration.events.models import Event
from registration.journal.services import SYSTEM
from registration.seating.explain import why_registration
from registration.seats import rules
from registration.seats.firm_keys import renew_firm_keys
from registration.seats.models import Pool
from registration.seats.queries import line_policy
from tests.booking.arranging import booked, calendar_of, sent, text_of, to, troubles
from tests.factories import make_event, register, state


def dupont(seats=2, capacity=50, **values):
    event = make_event(capacity=capacity, **values)
    set_firm(event.id, FirmTerms("Dupont SA", seats), SYSTEM)
    return event


def test_a_firm_is_one_however_it_is_written(app):
    event = dupont()
    for name in ("DUPONT S.A.", "dupont"):
        assert state(register(event, "Ada", firm=name)) == rules.CONFIRMED
    assert state(register(event, "Ben", firm="Du Pont  s.a")) == rules.WAITLISTED
    assert state(register(event, "Cleo", firm="Durand SA")) == rules.CONFIRMED
    assert troubles() == []


def test_page_mail_calendar_and_why_name_the_limit_that_is_in_the_way(page_app, page_client):
    event = dupont()
    register(event, "Ada", firm="Dupont", party=2)
    sent()
    page, ben = booked(event, "Ben", firm="DUPONT S.A.", email="ben@example.org")
    sentence = "Dupont SA has used its 2 seats. 48 other seats of the event are free."
    assert sentence in page_client.get(page).text
    mail = to(sent(), "ben@example.org")
    assert sentence in text_of(mail).replace("\n", " ").replace("\u2068", "").replace("\u2069", "")
    entry = calendar_of(mail)
    assert entry is not None
    assert "These limits apply to you: Dupont SA: 2." in str(entry.walk("VEVENT")[0]["DESCRIPTION"])
    [first, *_more] = why_registration(db.session(), ben)
    assert "Dupont SA has used 2 of its 2, 48 other seats are free" in first.sentence


def test_free_seats_are_not_counted_where_the_event_shows_none(page_app, page_client):
    event = dupont(seats=1, shows_seats=False)
    register(event, "Ada", firm="Dupont")
    page, _ben = booked(event, "Ben", firm="Dupont")
    html = page_client.get(page).text
    assert "Dupont SA has used its 1 seat." in html
    assert "other seats" not in html


def test_the_category_that_is_full_is_named_too(page_app, page_client):
    event = make_event(capacity=10, categories={"Press": 1, "Member": None})
    register(event, "Ada", category="Press")
    page, _ben = booked(event, "Ben", category="Press")
    assert "Press: its 1 seat is taken. 9 other seats of the event are free." in page_client.get(page).text


def test_no_limit_of_all_firms_shuts_everybody_out(page_app):
    event = make_event()
    policy = line_policy(db.session(), event.id)
    db.session.rollback()
    with pytest.raises(Refusal, match="at least 1"):
        change_line(event.id, rules.LinePolicy(**(vars(policy) | {"firm_cap": 0})), SYSTEM)


def test_keys_of_an_earlier_release_are_found_and_renewed_and_equal_firms_are_merged(app):
    event = dupont(seats=3)
    register(event, "Ada", firm="Dupont", party=2)
    old_one = "UPDATE pool SET key = 'dupont sa' WHERE kind = 'firm'"
    # As an earlier release stored them: two limits of what is one firm.
    other = (
        "INSERT INTO pool (event_id, kind, subject_id, key, label, seats, overbooking,"
        " overbooking_is_percent, wanted, capacity, taken, reserve, kept, allotted)"
        " SELECT event_id, 'firm', 0, 'dupont s.a.',"
        " 'DUPONT S.A.', 5, 0, overbooking_is_percent, 5, 5, 0, 0, 0, 0 FROM pool WHERE kind = 'firm'"
    )

    def work(session):
        session.execute(text(old_one))
        session.execute(text(other))

    write_tx(work)
    assert [finding.code for finding in troubles()] == ["I41"]
    repair(db.session.scalar(select(Event.slug).where(Event.id == event.id)))
    assert troubles() == []
    [pool] = db.session.scalars(select(Pool).where(Pool.kind == "firm"))
    assert (pool.key, pool.wanted, pool.taken) == ("dupont", 3, 2)
    db.session.rollback()
    assert write_tx(lambda session: renew_firm_keys(session.connection())) == 0
