"""The privacy notice and the accessibility statement: there, true, and with somebody to write to."""

from importlib.metadata import version

import pytest

from registration.capability.models import Capability
from registration.core.database import db
from registration.events.services import QuestionFacts
from tests import factories
from tests.booking.arranging import link_in, sent, to
from tests.factories import make_coordinator, make_event, register


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_each_statement_names_every_organiser_to_write_to(page_client, page_app, address):
    factories.make_organiser("ditta")
    factories.make_organiser("cocir")
    answer = page_client.get(address)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert 'href="mailto:ditta@example.org"' in answer.text
    assert 'href="mailto:cocir@example.org"' in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_each_statement_stands_before_the_first_organiser(page_client, page_app, address):
    assert "No organiser uses this site yet." in page_client.get(address).text


def test_it_is_true_that_no_page_for_attendees_sets_a_cookie(page_client, page_app):
    event = make_event()
    for address in ("/", f"/events/{event.slug}/", f"/events/{event.slug}/register", "/privacy"):
        assert "Set-Cookie" not in page_client.get(address).headers


def test_it_is_true_that_links_are_kept_as_hashes(page_app):
    application = factories.application(make_event())
    receipt = factories.register_application(application)
    assert receipt.token is not None
    kept = db.session.query(Capability).all()
    assert kept
    for one in kept:
        assert receipt.token not in (one.token_hash, one.nonce)


def test_it_is_true_that_pages_load_nothing_from_somebody_else(page_client, page_app):
    page = page_client.get(f"/events/{make_event().slug}/").text
    assert 'src="http' not in page
    assert '<link rel="stylesheet" href="/' in page


def test_it_is_said_who_else_sees_a_name_and_what_they_do_not_see(page_client, page_app):
    event = make_event(questions=(QuestionFacts("What do you eat?"),))
    register(event, "Ada", firm="Agfa", answers=((event.questions[0], "No nuts"),))
    make_coordinator(firm="Agfa")
    link = link_in(to(sent(), "cora@example.org"), "firms")
    page = page_client.get(link).text
    assert "Ada" in page
    assert "No nuts" not in page
    assert "look after the people of your organisation" in page_client.get("/privacy").text


def test_the_accessibility_statement_does_not_promise_too_much(page_client, page_app):
    page = page_client.get("/accessibility").text
    assert "partially conforming" in page
    assert "no person has tested them with a screen reader" in page
    assert "EN 301 549" in page


def test_the_accessibility_statement_says_how_and_when_it_was_tested(page_client, page_app):
    page = page_client.get("/accessibility").text
    for told in ("axe-core", "Nu HTML checker", "by keyboard alone", "320 pixels", "25 November 2026"):
        assert told in page
    for told in (
        "Lighthouse",
        "forced colours",
        "320 by 256 pixels",
        "what the browser gives to a screen reader",
    ):
        assert told in page
    assert f"self-assessment), for version {version('registration')}" in page


def test_the_accessibility_statement_has_what_the_law_asks_for(page_client, page_app):
    page = page_client.get("/accessibility").text
    for heading in (
        "What this covers",
        "What the service is, and how to use it",
        "How it meets the requirements",
        "How far we are",
        "How it was tested",
        "What may stand in your way",
        "Tell us of a barrier, or register in another way",
    ):
        assert f"<h2>{heading}</h2>" in page
    assert "2018/1523" in page
    assert "2019/882" in page


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("", "turn to the authority for accessibility in your country."),
        (
            "FPS Economy, Brussels",
            "turn to the authority for accessibility: <bdi>FPS Economy, Brussels</bdi>",
        ),
        (
            "FPS Economy, https://economy.example.org",
            'accessibility: <a href="https://economy.example.org"><bdi>FPS Economy</bdi></a>',
        ),
        (
            "https://economy.example.org",
            '<a href="https://economy.example.org"><bdi>https://economy.example.org</bdi></a>',
        ),
        ("<b>Us</b> javascript:alert(1)", "<bdi>&lt;b&gt;Us&lt;/b&gt; javascript:alert(1)</bdi>"),
    ],
)
def test_the_accessibility_statement_names_the_authority_that_the_operator_sets(
    page_client, page_app, told, shown
):
    page_app.config["ACCESSIBILITY_AUTHORITY"] = told
    assert shown in page_client.get("/accessibility").text
