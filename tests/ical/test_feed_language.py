"""A subscription speaks the language of its page, whoever fetches it; and what proxies do to its tags."""

import re

import pytest

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import touch
from tests.factories import make_event, register


@pytest.fixture
def cancelled(page_app):
    """An event that was cancelled, with Ada in it."""
    event = make_event(title="Gala")
    ada = register(event, email="ada@example.org")

    def cancel(session):
        found = session.get_one(Event, event.id)
        found.status = "cancelled"
        touch(found, is_moved=True)

    write_tx(cancel)
    return ada


@pytest.mark.parametrize(("path", "headers"), [("/?lang=fr", {}), ("/", {"Accept-Language": "fr"})])
def test_who_subscribes_on_a_french_page_has_a_french_calendar(page_client, cancelled, path, headers):
    page = page_client.get(path, headers=headers).text
    [feed] = set(re.findall(r'value="http://localhost(/calendar\.ics[^"]*)"', page))
    assert feed == "/calendar.ics?lang=fr"
    assert f"webcal://localhost{feed}" in page
    # A machine of Google's, which speaks English.
    answer = page_client.get(feed, headers={"Accept-Language": "en-US"})
    assert "SUMMARY:Annulé : Gala" in answer.text
    assert "?lang=fr" in answer.text.replace("\r\n ", "").partition("SOURCE")[2].splitlines()[0]
    [code] = set(re.findall(r'src="(/calendar\.svg[^"]*)"', page))
    assert code == "/calendar.svg?lang=fr"
    assert page_client.get(code).data != page_client.get("/calendar.svg?lang=en").data


def test_a_feed_without_a_language_still_follows_its_reader(page_client, cancelled):
    answer = page_client.get("/calendar.ics", headers={"Accept-Language": "de"})
    assert "SUMMARY:Abgesagt: Gala" in answer.text


@pytest.mark.parametrize("path", ["/calendar.ics", "/organisers/ditta/calendar.ics?lang=fr", "/"])
@pytest.mark.parametrize("given", ["{}", "{gzip}", '"other", {gzip}', "W/{bare}"])
def test_a_tag_that_a_proxy_has_marked_is_known(page_client, cancelled, path, given):
    tag = page_client.get(path).headers.get("ETag", "")
    if not tag:
        return
    bare = tag.removeprefix("W/")
    told = given.format(tag, gzip=f'{tag[:-1]}-gzip"', bare=bare)
    again = page_client.get(path, headers={"If-None-Match": told})
    assert again.status_code == 304
    assert again.data == b""
    other = page_client.get(path, headers={"If-None-Match": '"another-gzip"'})
    assert other.status_code == 200
    assert other.data


@pytest.mark.parametrize("path", ["/calendar.ics", "/", "/events/gala/"])
def test_a_method_that_is_not_taken_is_told_which_are(page_client, cancelled, path):
    answer = page_client.delete(path)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_an_old_program_that_names_no_host_is_answered(page_client, cancelled):
    db.session.rollback()
    answer = page_client.get(
        "/calendar.ics",
        environ_overrides={"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0", "SERVER_NAME": "10.0.0.1"},
    )
    assert answer.status_code == 200
