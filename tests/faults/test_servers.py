"""PostgreSQL is restarted, or its primary dies, while clients register: nothing acknowledged is lost."""

from collections.abc import Iterator

import pytest

from registration.core.database import db
from registration.proof.stage import raise_stage
from registration.proof.stress import Load, Report, stress
from registration.schema.migrations import migrate
from tests.conftest import running, settings_for
from tests.faults import cluster
from tests.faults.cluster import Node
from tests.faults.tables import IS_LONG, tell

LOAD = Load(clients=4, each=1500 if IS_LONG else 250, seconds=20 if IS_LONG else 6, patience=30)


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with cluster.one_server() as node:
        yield node


def under_load(tmp_path, url: str, disturb) -> Report:
    """Let clients loose on an empty database at *url* and disturb them once."""
    for app in running(settings_for(url, tmp_path)):
        migrate(db.engine)
        stage = raise_stage("fault", 40)
        report = stress(app.config, stage, LOAD, disturb)
    return report


def check(report: Report, fault: str) -> None:
    """Nothing that a client was told is lost, and nobody was left without an answer in the end."""
    assert report.account.lost == []
    assert report.seen == []
    assert report.account.acknowledged > 20
    # "unsure" is the truth where COMMIT was sent and the server died; the client then asks again.
    answered = {id(one.step) for one in report.ledger if one.answer not in ("unavailable", "unsure")}
    assert {id(one.step) for one in report.ledger} - answered == set()
    unknown = {error.rpartition(": ")[2] for error in report.errors}
    assert unknown <= {"unavailable", "unsure", "an error (OperationalError)", "an error (TimeoutError)"}
    often = f"{report.account.acknowledged} answers, gap {report.account.longest_gap:.1f} s"
    tell("faults", fault, "postgresql", often, "nothing", "`pytest tests/faults/test_servers.py`")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_under_load_loses_nothing(tmp_path, server, mode):
    server.ask(f"CREATE DATABASE restart_{mode}")
    report = under_load(tmp_path, cluster.url(f"restart_{mode}", server), lambda: server.restart(mode))
    check(report, f"PostgreSQL restarted ({mode}) under load")


def test_when_the_primary_dies_the_standby_has_everything(tmp_path):
    with cluster.three_servers() as (primary, standbys):
        primary.ask("CREATE DATABASE failover")
        url = cluster.url("failover", primary, *standbys)
        report = under_load(tmp_path, url, lambda: cluster.fail_over(primary, standbys))
        assert sum(not node.ask("SELECT pg_is_in_recovery()")[0][0] for node in standbys) == 1
    check(report, "primary killed, synchronous standby promoted (ANY 1 of 2)")
