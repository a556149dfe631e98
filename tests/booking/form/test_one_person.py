"""The form as one person sees it: one block, what few need folded away, and what happens next."""

import re

import pytest

from registration.booking.models import Consent
from registration.core.database import db
from tests.booking.views.test_register_page import NEEDS, filled, path
from tests.factories import make_event, register

NEXT = "You see straight away if you have a seat."
CONFIRM = "Next, confirm your email address. We hold free seats for you for 20 minutes."
REVIEW = "DITTA reviews each registration and emails you the decision."
WAIT = "You join the waitlist. We email you if a seat becomes free for you."


@pytest.fixture
def event(page_app):
    return make_event(capacity=2, categories={"Member": None, "Press": None}, questions=(NEEDS,))


def legends(page: str) -> list[str]:
    """Return the headings of the groups of people, in the order of the page."""
    return re.findall(r'<fieldset class="group"[^>]*>\s*<legend>([^<]+)</legend>', page)


def details(page: str) -> str:
    """Return the part that is for somebody else, with its opening tag."""
    return next(one for one in re.findall(r"<details.*?</details>", page, re.S) if "someone else" in one)


def test_one_person_sees_one_block(page_client, event):
    page = page_client.get(path(event)).text
    assert legends(page) == ["Your details"]
    assert details(page).startswith("<details><summary>I am registering someone else")
    assert 'name="flexible"' not in page
    assert "You stay together" not in page


def test_two_people_are_numbered_and_stay_together(page_client, event):
    page = page_client.get(f"{path(event)}?attendees=2").text
    assert legends(page) == ["Person 1 (you)", "Person 2"]
    assert "You stay together: you all get seats, or you all join the waitlist." in page


def test_somebody_else_has_a_block_of_her_own_once_she_is_named(page_client, event):
    data = filled(page_client, event, **{"attendees-0-name": "Cleo", "consent": ""})
    page = page_client.post(path(event), data=data).text
    assert legends(page) == ["Your details", "Person 1"]
    assert "I am registering someone else" not in page
    assert 'value="Cleo"' in page


def test_a_fault_in_what_is_folded_away_is_seen(page_client, event):
    data = filled(page_client, event, **{"attendees-0-email": "no address"})
    page = page_client.post(path(event), data=data).text
    assert legends(page) == ["Your details", "Person 1"]
    assert page.index('href="#attendees-0-email"') < page.index('id="attendees-0-email"')


def test_another_organisation_opens_where_it_holds_something(page_client, event):
    data = filled(page_client, event, add="1", **{"attendees-1-firm": "Elsewhere"})
    page = page_client.post(path(event), data=data).text
    parts = [one for one in re.findall(r"<details.*?</details>", page, re.S) if "another organisation" in one]
    assert [one.startswith("<details open>") for one in parts] == [True, False]


def test_the_agreement_stands_under_its_question_and_only_with_it(page_client, page_app, event):
    page = page_client.get(path(event)).text
    between = page[page.index("Do you need anything") : page.index('name="consent_sensitive"')]
    assert "<fieldset" not in between
    assert "<legend" not in between
    assert page.index('name="consent_sensitive"') < page.index('name="add"') < page.index('name="consent"')
    both = page_client.get(f"{path(event)}?attendees=2").text
    assert both.count('name="consent_sensitive"') == 1
    assert both.index('id="attendee-2"') < both.index('name="consent_sensitive"')
    plain = make_event(title="Plain")
    assert 'name="consent_sensitive"' not in page_client.get(path(plain)).text


def test_what_one_agreed_to_is_kept_as_it_was_shown(page_client, event):
    page = page_client.get(f"{path(event)}?lang=fr").text
    told = "J’accepte que DITTA utilise ces données pour organiser l’événement."
    assert told in page
    page_client.post(f"{path(event)}?lang=fr", data=filled(page_client, event, locale="fr"))
    assert [one.wording for one in db.session.query(Consent)] == [told]


@pytest.mark.parametrize(
    ("line", "taken", "sentence"),
    [
        ({}, 0, NEXT),
        ({}, 1, WAIT),
        ({"confirms_address": True, "hold_minutes": 20}, 0, CONFIRM),
        ({"confirms_address": True}, 1, f"Next, confirm your email address. {WAIT}"),
        ({"needs_approval": True}, 0, REVIEW),
        (
            {"needs_approval": True, "confirms_address": True},
            0,
            f"Next, confirm your email address. {REVIEW}",
        ),
    ],
)
def test_one_sentence_above_the_button_says_what_happens_next(page_app, page_client, line, taken, sentence):
    event = make_event(capacity=1, line=line)
    for number in range(taken):
        register(event, f"Ben {number}")
    page = page_client.get(path(event)).text
    told = re.findall(r"<p>([^<]+)</p>\s*<p><button class=\"button primary\"", page)
    assert told == [sentence]


def test_the_agreement_names_one_answer_or_several(page_client, event):
    one, several = "uses this answer, for", "uses the answers about health, food or access, for"
    page = page_client.get(path(event)).text
    assert (one in page, several in page) == (True, False)
    page = page_client.get(f"{path(event)}?attendees=2").text
    assert (one in page, several in page) == (False, True)
