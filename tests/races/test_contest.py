"""Race tests: eight processes on one event, the doctor looking on; each broken rule is noticed."""

import pytest

from registration.seats import rules
from tests.proof.mutants import OF_LOCKS
from tests.races.contest import Report, contest

SEATS = 25


def held(app, make_event, *, policy: str = rules.FIRST_FIT, mutant: str = "") -> Report:
    event = make_event(capacity=SEATS, policy=policy)
    settings = {
        name: app.config[name] for name in ("DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL", "DATA")
    }
    return contest(settings, event.id, event.slug, mutant=mutant)


@pytest.mark.parametrize("policy", [rules.FIRST_FIT, rules.STRICT])
def test_eight_processes_never_oversell_idle_or_overtake(app, make_event, policy):
    report = held(app, make_event, policy=policy)
    assert report.errors == []
    assert report.seen == []
    assert report.answered == 8 * 12
    assert report.looks > 5


@pytest.mark.parametrize("mutant", sorted(OF_LOCKS))
def test_a_broken_rule_is_noticed(app, make_event, mutant):
    report = held(app, make_event, mutant=mutant)
    assert not report.is_clean
