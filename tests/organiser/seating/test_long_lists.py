"""Screens of long lines: what a request reads and sends does not grow with the line or the ledger."""

import re

import pytest
from sqlalchemy import select

from registration.booking.event_settings.waitlist import change_line
from registration.core.database import db
from registration.journal.services import SYSTEM
from registration.seats.models import LedgerEntry, Registration
from registration.seats.rules import LinePolicy
from registration.site import ledger as ledger_page
from registration.web import paging
from tests.booking.statements import statements
from tests.factories import make_event, register


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(paging.page, "__defaults__", (2, "page"))


def positions(answer):
    return re.findall(r'data-position="(\d+)"', answer.text)


def test_the_waitlist_is_shown_in_pages(owner, short_pages):
    event = make_event(capacity=1)
    for number in range(6):
        register(event, f"Ada {number}")
    screen = f"/organiser/events/{event.slug}/waitlist"
    first, third = owner.get(screen), owner.get(f"{screen}?page=3")
    assert (positions(first), positions(third)) == (["1", "2"], ["5"])
    assert "Page 1 of 3" in first.text
    assert "Ada 5" in third.text


def test_who_is_not_decided_is_shown_in_pages_of_their_own(owner, short_pages):
    event = make_event(capacity=1)
    register(event, "Ben")
    register(event, "Cleo")
    change_line(event.id, LinePolicy(needs_approval=True), SYSTEM)
    for number in range(3):
        register(event, f"Ada {number}")
    screen = f"/organiser/events/{event.slug}/waitlist"
    first, second = owner.get(screen), owner.get(f"{screen}?undecided=2")
    assert ("Approve Ada 1" in first.text, "Approve Ada 2" in first.text) == (True, False)
    assert "Approve Ada 2" in second.text
    assert positions(first) == positions(second) == ["1"]


def receipts(event):
    change_line(event.id, LinePolicy(publishes_ledger=True), SYSTEM)
    ada = register(event, "Ada")
    for number in range(9):
        register(event, f"Ben {number}")
    return db.session.scalars(select(Registration.receipt).where(Registration.id == ada.id)).one()


def test_a_look_into_a_long_ledger_reads_the_lines_of_one_place(page_client, page_app, monkeypatch):
    event = make_event(capacity=1)
    receipt = receipts(event)
    page = f"/events/{event.slug}/ledger?receipt={receipt}"
    assert "We checked all" in page_client.get(page).text
    monkeypatch.setattr(ledger_page, "MOST_LINES", 5)
    hashed = []
    chained = ledger_page.ledger.chained
    monkeypatch.setattr(
        ledger_page.ledger, "chained", lambda *given: hashed.append(given[1]) or chained(*given)
    )
    answers = []
    ran = statements(lambda: answers.append(page_client.get(page)))
    assert len(hashed) < 5
    assert len(ran) < 15
    assert 'data-holds="yes"' in answers[0].text
    assert "match the entries before them" in answers[0].text


def test_a_line_of_a_long_ledger_that_was_changed_shows(page_client, page_app, monkeypatch):
    event = make_event(capacity=1)
    receipt = receipts(event)
    monkeypatch.setattr(ledger_page, "MOST_LINES", 5)
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.hash == receipt)).one()
    entry.priority += 1
    db.session.commit()
    page = page_client.get(f"/events/{event.slug}/ledger?receipt={receipt}").text
    assert 'data-holds="no"' in page
    assert "This record was changed afterwards" in page
