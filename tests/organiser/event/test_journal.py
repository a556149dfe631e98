"""The journal speaks to people, in their language."""

import ast

import pytest
from sqlalchemy import select

from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import merge
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.models import JournalEntry
from registration.journal.reasons import Reason, ReasonCode
from registration.journal.services import SYSTEM, Note, organiser_actor, record
from registration.journal.wording import ACTIONS, in_words, reason_words
from registration.seats import rules
from tests import factories
from tests.booking.arranging import booked
from tests.factories import make_account, make_event, register, target
from tests.house.files import ROOT

# They concern an organiser or an account, and no page of an event shows them.
ELSEWHERE = {"created-programme", "changed-programme", "mail-text", "mail-text-ours", "calendar-mail"}
WRITERS = {"Note", "_note", "_noted", "_changed"}


def written_actions() -> set[str]:
    """Return every action that the code writes into the journal of an event."""
    found = set()
    for path in (ROOT / "registration").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRITERS:
                found |= {
                    one.value
                    for one in node.args[:3]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return {one for one in found if "." not in one and not one.startswith("coordinator-")} - ELSEWHERE


def test_every_action_has_its_words():
    assert written_actions() - {"edited"} <= set(ACTIONS)
    assert len(written_actions()) > 40


def test_the_journal_says_in_words_what_happened(owner):
    event = make_event(capacity=1)
    ada, ben = register(event, "Ada"), register(event, "Ben")
    cancel(target(ada), SYSTEM)
    address = f"/organiser/events/{event.slug}"
    page = owner.get(f"{address}/journal").text.split("<main")[1]
    assert "waitlisted" not in page
    assert ">Waitlisted<" in page
    assert "by itself" in page
    german = {"Accept-Language": "de"}
    assert "Auf der Warteliste" in owner.get(f"{address}/journal", headers=german).text
    history = owner.get(f"{address}/registrations/{ben.id}", headers=german).text.split("<h2>")
    assert "Auf der Warteliste → Bestätigt" in next(one for one in history if one.startswith("Was geschah"))
    filtered = owner.get(f"{address}/journal?action=state").text
    assert '<option value="state" selected>State</option>' in filtered


def test_who_was_merged_reads_why_in_words(owner):
    event = make_event(capacity=2)
    ada, again = register(event, "Ada"), register(event, "Ada Lovelace")
    actor = organiser_actor(factories.account_id("owner@example.org"))
    merge(target(ada), target(again), actor)
    page = owner.get(f"/organiser/events/{event.slug}/registrations/{again.id}").text
    assert f"These people were registered twice: registration {ada.id} stays." in page
    assert "merged into" not in page


def test_a_person_who_was_merged_reads_it_in_her_language(page_app, page_client):
    event = make_event(capacity=2)
    make_account("owner@example.org", "owner")
    ada = register(event, "Ada")
    token, again = booked(event, "Ben")
    merge(target(ada), target(again), organiser_actor(factories.account_id("owner@example.org")))
    page = page_client.get(f"{token}?lang=de").text
    assert "merged into" not in page
    assert "zweimal angemeldet" in page


def test_a_reason_of_the_program_is_kept_as_a_code_with_its_facts(page_app):
    event = make_event(capacity=2)
    make_account("owner@example.org", "owner")
    ada, again = register(event, "Ada"), register(event, "Ada Lovelace")
    merge(target(ada), target(again), organiser_actor(factories.account_id("owner@example.org")))
    newest = select(JournalEntry).where(JournalEntry.registration_id == again.id).order_by(JournalEntry.id)
    entry = db.session.scalars(newest).all()[-1]
    assert entry.reason is None
    assert entry.facts["reason"] == {"code": "merged", "id": ada.id}


@pytest.mark.parametrize("code", ReasonCode)
def test_each_reason_of_the_program_has_its_words_and_survives_the_journal(page_app, code):
    reason = Reason(code, {"id": 7, "pool": 1, "before": 3, "after": 2})
    assert Reason.from_stored(reason.stored()) == reason
    with page_app.test_request_context():
        assert code not in reason_words(reason)
        assert "%" not in reason_words(reason)


def test_the_size_of_a_party_stands_in_the_journal(owner):
    event = make_event(capacity=3)
    ada = register(event, "Ada", party=2)

    def shrink(session):
        note = Note("shrunk", event_id=event.id, registration_id=ada.id, facts={"from": 2, "to": 1})
        record(session, SYSTEM, note)

    write_tx(shrink)
    page = owner.get(f"/organiser/events/{event.slug}/registrations/{ada.id}").text
    assert "Party became smaller: 2 → 1" in page


@pytest.mark.parametrize(
    "state", [*sorted(rules.ENDED), "pending", "offered", "confirmed", "waitlisted", "unverified"]
)
def test_each_state_has_a_word(page_app, state):
    with page_app.test_request_context():
        assert in_words(state) != state


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("pool 7: 3 taken, 2 held", "Seats taken were counted as 3 instead of 2."),
        ("pool 7: 1 kept, 4 to keep", "Seats kept back were counted as 1 instead of 4."),
        ("5 said to wait, 6 do", "Parties in the line were counted as 5 instead of 6."),
        ("moved to registration 9", "Moved to registration 9."),
        ("100% of them", "100% of them"),
        (None, ""),
    ],
)
def test_reasons_of_the_machine_are_told_in_words_and_those_of_people_as_they_are(page_app, kept, told):
    with page_app.test_request_context():
        assert reason_words(kept) == told
