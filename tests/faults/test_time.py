"""The clock is wrong: order goes by place, never by time."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.core import clock
from registration.core.database import db
from registration.doctor.examine import examine
from registration.seats.models import Registration
from tests import factories
from tests.faults.tables import tell


@pytest.mark.parametrize("hours", [-1, 24])
def test_order_goes_by_place_whatever_the_clock_says(app, hours):
    event = factories.make_event(capacity=1, starts_in=timedelta(days=30))
    seated = factories.register(event)
    first = factories.register(event)
    with clock.running(lambda: datetime.now(UTC) + timedelta(hours=hours)):
        second = factories.register(event)
        assert factories.place_in_line(first) == 1
        assert factories.place_in_line(second) == 2
        factories.cancel_registration(seated)
        assert factories.state(first) == "confirmed"
        assert findings() == []
    third = factories.register(event)
    assert [factories.place_in_line(one) for one in (second, third)] == [1, 2]
    factories.cancel_registration(first)
    assert factories.state(second) == "confirmed"
    assert findings() == []
    places = {db.session.get_one(Registration, one.id).place for one in (seated, first, second, third)}
    assert places == {1, 2, 3, 4}
    told = "one hour back" if hours < 0 else "one day ahead"
    tell(
        "faults",
        f"clock {told}",
        db.engine.dialect.name,
        "1",
        "nothing",
        "`pytest tests/faults/test_time.py`",
    )


def findings() -> list[str]:
    return [told for finding in examine(db.engine) for told in finding.sentences if finding.code != "I10"]
