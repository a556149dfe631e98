"""Which category and sessions somebody may choose: one rule for the form, its service and a later change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from registration.booking.admission.refusals import RegistrationClosed
from registration.booking.rules import check_category, check_sessions, session_clash
from registration.core.refusal import Refusal
from tests.house.files import ROOT

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SENTENCES = (
    "Choose one of the categories that are listed.",
    "This category is not open now. Choose another one.",
    "Choose among the sessions that are listed.",
    "Two of the sessions overlap. Choose one of them.",
)


@dataclass(frozen=True)
class Category:
    event_id: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    starts_at: datetime = NOW
    ends_at: datetime = NOW + HOUR
    event_id: int = 1


def test_an_open_category_of_the_event_can_be_chosen():
    check_category(Category(), 1, NOW)
    check_category(Category(opens_at=NOW, closes_at=NOW + HOUR), 1, NOW)


@pytest.mark.parametrize("category", [None, Category(event_id=2)])
def test_none_and_that_of_another_event_cannot_even_by_who_has_it(category):
    with pytest.raises(Refusal, match="categories that are listed") as refused:
        check_category(category, 1, NOW, is_hers=True)
    assert refused.value.field == "category"


@pytest.mark.parametrize("category", [Category(closes_at=NOW), Category(opens_at=NOW + HOUR)])
def test_a_closed_category_can_be_kept_and_not_chosen(category):
    check_category(category, 1, NOW, is_hers=True)
    with pytest.raises(RegistrationClosed):
        check_category(category, 1, NOW, closed=RegistrationClosed)


def test_sessions_one_after_the_other_can_be_picked():
    check_sessions((5, 6), [Part(), Part(NOW + HOUR, NOW + 2 * HOUR)], 1)
    check_sessions((), [], 1)


@pytest.mark.parametrize(
    ("picked", "found"),
    [((5, 6), [Part()]), ((5, 5), [Part()]), ((5,), [Part(event_id=2)]), ((5, 6), [Part(), Part()])],
)
def test_unknown_doubled_foreign_and_clashing_ones_cannot(picked, found):
    with pytest.raises(Refusal) as refused:
        check_sessions(picked, found, 1)
    assert refused.value.field == "sessions"


def test_nothing_clashes_alone(page_app):
    assert session_clash([]) == session_clash([Part()]) == ""
    with page_app.test_request_context():
        assert session_clash([Part(), Part()]) == SENTENCES[3]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_stands_once(sentence):
    places = [path for path in (ROOT / "registration").rglob("*.py") if sentence in path.read_text("utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in places] == ["registration/booking/rules.py"]
