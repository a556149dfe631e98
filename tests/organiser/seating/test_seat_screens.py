"""The screens about seats: rules of the line, sessions, firms, decisions, closing, health."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from registration.booking.changes.cancel import cancel
from registration.booking.event_settings.capacity import change_capacity
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession
from registration.journal.services import ATTENDEE
from registration.seats.gate import Terms
from registration.seats.models import Pool, Queue
from registration.seats.queries import firm_pools, line_policy
from tests import factories
from tests.factories import make_account, make_event, pool, sign_in, state, target, token_in


@pytest.fixture
def office(page_app, page_client):
    event = make_event(capacity=1)
    password = make_account("ada@example.org", "manager")
    sign_in(page_client, "ada@example.org", password)
    return event, page_client


def post(client, event, path: str, **values):
    page = client.get(f"/organiser/events/{event.slug}/")
    return client.post(
        f"/organiser/events/{event.slug}/{path}", data=values | {"csrf_token": token_in(page.text)}
    )


RULES = {"policy": "strict", "promotion": "offer", "offer_hours": "12", "firm_cap_by": "name"}


def test_the_rules_are_changed_and_said_on_the_public_page(office):
    event, client = office
    answer = post(client, event, "line", **RULES, quiet_from="22", quiet_until="8", publishes_ledger="y")
    assert answer.status_code == 303
    line = line_policy(db.session(), event.id)
    assert (line.promotion, line.offer_hours, line.quiet_from, line.publishes_ledger) == (
        "offer",
        12,
        22,
        True,
    )
    page = client.get(f"/events/{event.slug}/").text
    assert "12 hours" in page
    assert "from 22:00 to 08:00" in page
    shown = client.get(f"/organiser/events/{event.slug}/line").text
    assert 'value="12"' in shown


@pytest.mark.parametrize("year", ["0001", "0026", "9999"])
def test_a_year_nobody_means_is_a_sentence_at_the_field(office, year):
    event, client = office
    answer = post(client, event, "line", **RULES, freezes_at=f"{year}-12-31T23:59")
    assert answer.status_code == 422
    assert "Enter a date and time" in answer.text
    assert f'value="{year}-12-31T23:59"' in answer.text


def test_quiet_hours_that_end_when_they_begin_are_none(office):
    event, client = office
    answer = post(client, event, "line", **RULES, quiet_from="8", quiet_until="8")
    assert answer.status_code == 422
    assert "another hour than they begin" in answer.text


def test_a_limit_for_each_firm_asks_the_organiser_for_what_she_can_do(office):
    event, client = office
    factories.register(event, "Ada", firm="")
    answer = post(client, event, "line", **RULES, firm_cap="1")
    assert answer.status_code == 422
    assert 'href="#firm_cap"' in answer.text
    assert "named no organisation" in answer.text
    assert "Enter the organisation" not in answer.text


def test_a_rule_that_cannot_be_comes_back_as_it_was_typed(office):
    event, client = office
    answer = post(client, event, "line", **(RULES | {"offer_hours": "0", "quiet_from": "22"}))
    assert answer.status_code == 422
    assert "between 1 and 1440" in answer.text
    assert 'value="22"' in answer.text
    assert line_policy(db.session(), event.id).promotion == "direct"


def times(event) -> tuple[str, str]:
    begins = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    local = begins.astimezone(ZoneInfo("Europe/Brussels"))
    return (f"{local + timedelta(minutes=10):%Y-%m-%dT%H:%M}", f"{local + timedelta(hours=1):%Y-%m-%dT%H:%M}")


def test_a_session_is_added_with_seats_of_its_own(office):
    event, client = office
    starts, ends = times(event)
    answer = post(client, event, "sessions", name="Codes", starts_at=starts, ends_at=ends, seats="3")
    assert answer.status_code == 303
    assert db.session.query(EventSession).one().name == "Codes"
    assert db.session.query(Pool).filter_by(kind="session").one().wanted == 3
    assert "Codes" in client.get(f"/organiser/events/{event.slug}/sessions").text
    again = post(client, event, "sessions", name="Codes", starts_at=starts, ends_at=ends)
    assert again.status_code == 422
    assert "of this name already" in again.text


def test_seats_are_kept_for_a_firm_and_freed_again(office):
    event, client = office
    change_capacity(event.id, pool(event).id, 5, ATTENDEE)
    assert post(client, event, "firm-limits", firm="Acme", allotted="2").status_code == 303
    (firm,) = firm_pools(db.session(), event.id)
    assert (firm.label, firm.allotted) == ("Acme", 2)
    too_many = post(client, event, "firm-limits", firm="Bolt", allotted="9")
    assert too_many.status_code == 422
    assert "Bolt" in too_many.text
    post(client, event, f"firm-limits/{firm.id}/release")
    assert pool(event).kept == 0


@pytest.mark.parametrize(
    ("told_apart_by", "typed", "control", "sentence"),
    [
        ("name", {"firm": "Acme"}, "cap", "Enter how many may come at most"),
        ("name", {"firm": "@@@", "cap": "2"}, "firm", "Enter the organisation&#39;s name"),
        ("name", {"firm": "@example.org", "cap": "2"}, "firm", "Enter the organisation&#39;s name"),
        ("domain", {"firm": "@@@", "cap": "2"}, "firm", "Enter the email domain of one firm"),
        ("domain", {"firm": "Acme", "cap": "2"}, "firm", "Enter the email domain of one firm"),
        ("domain", {"firm": "example.org"}, "cap", "Enter how many may come at most"),
    ],
)
def test_what_agrees_on_nothing_with_nobody_is_refused_at_its_field(
    office, told_apart_by, typed, control, sentence
):
    event, client = office
    post(client, event, "line", **(RULES | {"firm_cap_by": told_apart_by}))
    answer = post(client, event, "firm-limits", **typed)
    assert answer.status_code == 422
    assert f'href="#{control}"' in answer.text
    assert sentence in answer.text
    assert f'value="{typed["firm"]}"' in answer.text
    assert firm_pools(db.session(), event.id) == []


def test_what_was_agreed_with_a_firm_may_be_lifted(office):
    event, client = office
    assert post(client, event, "firm-limits", firm="Acme", cap="2").status_code == 303
    assert post(client, event, "firm-limits", firm="acme").status_code == 303
    (firm,) = firm_pools(db.session(), event.id)
    assert (firm.label, firm.wanted, firm.allotted) == ("Acme", 1_000_000, 0)


def test_approval_in_two_presses(office):
    event, client = office
    write_tx(
        lambda session: session.execute(
            update(Queue).where(Queue.event_id == event.id).values(needs_approval=True)
        )
    )
    ada, ben = factories.register(event, "Ada"), factories.register(event, "Ben")
    shown = client.get(f"/organiser/events/{event.slug}/waitlist").text
    assert "Approve Ada" in shown
    post(client, event, f"registrations/{ada.id}/approve")
    post(client, event, f"registrations/{ben.id}/reject", reason="For members only.")
    assert (state(ada), state(ben)) == ("confirmed", "rejected")


def test_out_of_turn_the_page_asks_for_a_reason(office):
    event, client = office
    ada, ben, cleo = (factories.register(event, name) for name in ("Ada", "Ben", "Cleo"))
    post(client, event, "line", **(RULES | {"promotion": "manual", "policy": "first_fit"}))
    cancel(target(ada), ATTENDEE)
    assert "Enter the reason why" in post(client, event, f"registrations/{cleo.id}/seat").text
    post(client, event, f"registrations/{cleo.id}/seat", reason="Speaks first.")
    assert (state(ben), state(cleo)) == ("waitlisted", "confirmed")
    told = client.get(f"/organiser/events/{event.slug}/registrations/{cleo.id}").text
    assert "Speaks first." in told


def test_the_same_people_twice_are_merged(office):
    event, client = office
    ada, again = factories.register(event, "Ada"), factories.register(event, "Ada")
    post(client, event, f"registrations/{ada.id}/merge", other=str(again.id))
    assert (state(ada), state(again)) == ("confirmed", "cancelled")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("", "Enter the number of the registration"),
        ("Ben", "whole number"),
        ("9" * 30, "no such registration"),
    ],
)
def test_a_number_that_is_none_is_told_where_it_was_asked(office, other, sentence):
    event, client = office
    ada = factories.register(event, "Ada")
    answer = post(client, event, f"registrations/{ada.id}/merge", other=other)
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert f' value="{other}"' in answer.text


def test_closing_reopening_and_cancelling(office):
    event, client = office
    factories.register(event, "Ada")
    post(client, event, "close")
    assert "Registration has closed" in client.get(f"/events/{event.slug}/").text
    post(client, event, "reopen")
    assert "Registration has closed" not in client.get(f"/events/{event.slug}/").text
    unsure = post(client, event, "cancel", reason="Flooded.")
    assert unsure.status_code == 422
    assert "Flooded." in unsure.text
    assert post(client, event, "cancel", reason="Flooded.", sure="y", tell="yes").status_code == 303
    assert "This event is cancelled" in client.get(f"/events/{event.slug}/").text
    overview = client.get(f"/organiser/events/{event.slug}/").text
    assert "This event is cancelled" in overview
    # Its poster is gone with it.
    assert "/poster" not in overview


def test_the_preview_names_who_is_promoted_and_who_sits_beyond(office):
    event, client = office
    change_capacity(event.id, pool(event).id, 3, ATTENDEE)
    for name in ("Ada", "Ben", "Cleo", "Dora"):
        factories.register(event, name)
    here = f"/organiser/events/{event.slug}/capacity?pool={pool(event).id}"
    fewer = client.get(f"{here}&wanted=2").text
    assert "They were seated last" in fewer
    assert "Cleo" in fewer
    assert "Ada" not in fewer
    more = client.get(f"{here}&wanted=3&overbooking=1").text
    assert "Dora" in more
    reserved = client.get(f"{here}&wanted=4&reserve=5")
    assert reserved.status_code == 422


def test_the_capacity_is_changed_as_it_was_previewed(office):
    event, client = office
    post(
        client, event, f"capacity/{pool(event).id}", wanted="4", overbooking="25", overbooking_unit="percent"
    )
    now = pool(event)
    assert (now.seats, now.wanted) == (4, 5)
    assert "on purpose" in client.get(f"/organiser/events/{event.slug}/capacity").text


def test_health_says_what_does_not_hold(office):
    event, client = office
    factories.register(event, "Ada")
    page = client.get(f"/organiser/events/{event.slug}/health").text
    assert 'data-holds="no"' not in page
    write_tx(lambda session: session.execute(update(Pool).values(seats=9, wanted=9, capacity=9, taken=2)))
    assert 'data-invariant="I1" data-holds="no"' in client.get(f"/organiser/events/{event.slug}/health").text


def test_the_ledger_is_public_only_where_it_is_published(office):
    event, client = office
    ada = factories.register(event, "Ada")
    factories.register(event, "Ben")
    hidden = client.get(f"/events/{event.slug}/ledger", headers={"Accept-Language": "fr"})
    assert hidden.status_code == 404
    assert "ne publie pas son registre" in hidden.text
    post(client, event, "line", **(RULES | {"policy": "first_fit"}), publishes_ledger="y")
    page = client.get(f"/events/{event.slug}/ledger", query_string={"receipt": ada.receipt[:10]})
    assert 'data-place="1" data-holds="yes"' in page.text
    assert "Ada" not in page.text
    lines = client.get(f"/events/{event.slug}/ledger.jsonl").text.splitlines()
    assert len(lines) == 3
    assert "Ada" not in "".join(lines)
    wrong = client.get(f"/events/{event.slug}/ledger?receipt=0000000000")
    assert "does not have this code" in wrong.text


def test_reserve_and_overbooking_never_show_in_public(office):
    event, client = office
    change_capacity(event.id, pool(event).id, Terms(10, reserve=4), ATTENDEE)
    assert 'data-seats-left="6"' in client.get(f"/events/{event.slug}/").text


def test_a_category_has_its_turn_in_the_line(office):
    event, client = office
    answer = post(client, event, "edit/categories", name="Member", priority="5")
    assert answer.status_code == 303
    assert db.session.query(Category).one().priority == 5
    wrong = post(client, event, "edit/categories", name="Press", priority="500")
    assert wrong.status_code == 422
    assert "from 0 to 100" in wrong.text
