"""Local times of a form where the clocks change: one hour a year is not there, and one comes twice."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

FIRST, SECOND = "first", "second"


class Occurrence(RadioField):
    """Which of the two is meant where a local time comes twice; shown and needed only there."""

    def __init__(self, label: Any, **options: Any) -> None:
        choices = [
            SelectChoice(FIRST, _l("The first time, before the clocks go back")),
            SelectChoice(SECOND, _l("The second time, an hour later")),
        ]
        # An answer is asked for by the form, once it knows the time and its zone.
        super().__init__(label, choices=choices, validate_choice=False, **options)
        self.is_asked = False

    def ask(self, local: datetime | None, zone: ZoneInfo) -> bool:
        """Note whether *local* comes twice in *zone*; return whether an answer is missing."""
        self.is_asked = local is not None and comes_twice(local, zone)
        return self.is_asked and self.data not in (FIRST, SECOND)


def moment_in(local: datetime, zone: ZoneInfo, occurrence: Occurrence | None = None) -> datetime:
    """Return the moment that *local* is in *zone*; without an *occurrence* the first of two."""
    is_second = occurrence is not None and occurrence.data == SECOND
    return local.replace(tzinfo=zone, fold=int(is_second)).astimezone(UTC)


def occurrence_of(at: datetime, zone: ZoneInfo) -> str:
    """Return which of two the moment *at* is in *zone*; the first where there is only one."""
    return SECOND if at.astimezone(zone).fold else FIRST


def whole_days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the days from *first* to *last* begin in *zone*, and the midnight after them."""
    midnights = (datetime.combine(day, time()) for day in (first, last + timedelta(days=1)))
    start, end = (moment_in(midnight, zone) for midnight in midnights)
    return start, end


def last_day(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day of an event that ends with the midnight after it."""
    before = (ends_at - timedelta(seconds=1)).astimezone(zone).date()
    return max(starts_at.astimezone(zone).date(), before)


def is_skipped(local: datetime, zone: ZoneInfo) -> bool:
    """Say whether the clocks pass over *local*."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local


def comes_twice(local: datetime, zone: ZoneInfo) -> bool:
    """Say whether the clocks show *local* twice."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and not is_skipped(local, zone)
