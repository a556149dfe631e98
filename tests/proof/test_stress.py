"""Clients at once, on both databases; a crowd on an engine with a broken rule is noticed."""

import time

from sqlalchemy import update

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.proof import ledger
from registration.proof.client import Form, Step
from registration.proof.ledger import ObservedAnswer, Seen
from registration.proof.stage import raise_stage
from registration.proof.stress import Load, stress
from registration.seats.models import Registration
from tests.cli.test_commands import run
from tests.factories import make_event
from tests.proof.mutants import broken


def test_clients_at_once_find_nothing(app):
    stage = raise_stage("crowd", 12, "all")
    report = stress(app.config, stage, Load(clients=4, each=25, seconds=300))
    assert report.findings == []
    assert report.errors == []
    assert report.account.acknowledged == 100
    # Once at the end, and meanwhile as often as the machine allowed: busy with other tests, once.
    assert report.looks >= 2


def test_a_crowd_notices_that_cancelling_does_not_promote(page_app):
    stage = raise_stage("crowd", 4)
    with broken("cancel forgets to drain"):
        report = stress(page_app.config, stage, Load(clients=4, each=80))
    assert any(finding.startswith("I3") for finding in report.findings)


def told(key: str, answer: str, *seen: Seen, name: str = "register", at: float = 0) -> ObservedAnswer:
    form = Form(key, "p", ((0, ("Guest",)),))
    values = {"form": form} if name == "register" else {"key": key, "hall": 0}
    return ObservedAnswer("w", Step(name, values), answer, at, at + 1, seen)


def test_the_ledger_notices_what_was_acknowledged_and_is_not_there(page_app):
    stage = raise_stage("crowd", 4)
    found = ledger.account(stage, [told("lost", "receipt", Seen(0, 1, "confirmed"))])
    assert found.lost == ["form lost: was acknowledged for [0], and is there for []"]


def test_the_ledger_notices_another_place_and_a_state_nobody_asked_for(page_app):
    stage = raise_stage("crowd", 4)
    report = stress(page_app.config, stage, Load(clients=1, each=12, seed=5))
    assert report.account.lost == []
    write_tx(lambda session: session.execute(update(Registration).values(place=Registration.place + 1000)))
    assert any("was told place" in one for one in ledger.account(stage, report.ledger).lost)
    as_before = {"place": Registration.place - 1000, "state": "waitlisted"}
    write_tx(lambda session: session.execute(update(Registration).values(as_before)))
    assert any("and waits" in one for one in ledger.account(stage, report.ledger).lost)
    db.session.remove()


def test_the_longest_gap_is_between_answers_alone():
    answers = [told("a", "receipt", at=0), told("b", "unavailable", at=2), told("c", "full", at=4)]
    assert ledger._longest_gap(answers) == 4


def test_it_refuses_a_database_with_real_events_unless_told(tmp_path, sqlite_template):
    assert run(tmp_path, "migrate").returncode == 0
    first = run(tmp_path, "stress", "--each", "5", "--clients", "2")
    assert first.returncode == 0, first.stderr + first.stdout
    assert "nothing found" in first.stdout
    assert "Made the organiser stress" in first.stderr
    # Its own events are events too: whoever comes next must say so.
    refused = run(tmp_path, "stress", "--each", "5")
    assert refused.returncode == 2
    assert "This database has events." in refused.stderr
    assert "already" in run(tmp_path, "stress", "--events", "stress").stderr
    told_so = run(tmp_path, "stress", "--events", "second", "--each", "5", "--clients", "2")
    assert told_so.returncode == 0, told_so.stderr
    assert run(tmp_path, "doctor").returncode == 0


def test_a_crowd_is_bounded_in_time(page_app):
    make_event()
    begun = time.monotonic()
    report = stress(page_app.config, raise_stage("crowd", 4), Load(clients=2, each=100_000, seconds=1))
    assert time.monotonic() - begun < 20
    assert 0 < report.account.acknowledged < 100_000
