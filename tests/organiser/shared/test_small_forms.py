"""The small forms of the back office in two tabs: settings, choices for mails, the plan to ask."""

import pytest

from tests.factories import make_event
from tests.organiser.shared.test_meanwhile import form_of, saved_twice


def settings_of(_event) -> str:
    return "/organiser/organisers/ditta/settings"


def mail_choices_of(event) -> str:
    return f"/organiser/events/{event.slug}/messages/choices"


def reconfirmation_of(event) -> str:
    return f"/organiser/events/{event.slug}/reconfirmation/plan"


@pytest.mark.parametrize(
    ("address", "first", "second", "field"),
    [
        (settings_of, {"calendar_mail": "attachment"}, {"calendar_mail": "none"}, "calendar_mail"),
        (mail_choices_of, {"reminder_days": "3"}, {"reminder_days": "5"}, "reminder_days"),
        (mail_choices_of, {"alarm_before": "2"}, {"alarm_before": "3"}, "alarm_before"),
        (reconfirmation_of, {"asks": "y", "asks_days": "20"}, {"asks": "y", "asks_days": "10"}, "asks_days"),
    ],
)
def test_the_stale_tab_of_a_small_form_is_asked_and_overwrites_only_when_told(
    owner, address, first, second, field
):
    page = address(make_event())
    answer, again = saved_twice(owner, page, first, second)
    assert answer.status_code == 409
    assert "Someone else has saved this while you had it open" in answer.text
    assert again[field] == second[field]
    assert form_of(owner.get(page).text)[field] == first[field]
    assert owner.post(page, data=again).status_code == 303
    assert form_of(owner.get(page).text)[field] == second[field]


@pytest.mark.parametrize(
    ("address", "first", "second"),
    [
        (mail_choices_of, {"reminder_days": "3"}, {"alarm_before": "2", "alarm_unit": "1440"}),
        (mail_choices_of, {"alarm_before": "2", "alarm_unit": "1440"}, {"calendar_note": "Bring your badge"}),
        (reconfirmation_of, {"asks": "y", "asks_days": "20"}, {"asks": "y", "answer_days": "3"}),
    ],
)
def test_what_two_tabs_of_a_small_form_changed_apart_is_kept(owner, address, first, second):
    page = address(make_event())
    answer, _again = saved_twice(owner, page, first, second)
    assert answer.status_code == 303
    kept = form_of(owner.get(page).text)
    assert {name: kept[name] for name in first | second} == first | second


def test_who_stops_asking_needs_not_know_how_silence_would_have_counted(owner):
    page = reconfirmation_of(make_event())
    assert owner.post(page, data=form_of(owner.get(page).text) | {"asks": "y"}).status_code == 303
    stale = form_of(owner.get(page).text)
    stale.pop("asks")
    assert owner.post(page, data=form_of(owner.get(page).text) | {"frees_seat": "y"}).status_code == 303
    assert owner.post(page, data=stale).status_code == 303
    assert "asks" not in form_of(owner.get(page).text)
