"""Every address with a token is made in one place, and a page answers there."""

import re

import pytest
from werkzeug.exceptions import HTTPException

from registration.capability import links
from tests.house.files import ROOT


@pytest.mark.parametrize("purpose", sorted(links._PATHS))
def test_a_route_answers_where_a_link_leads(page_app, purpose):
    adapter = page_app.url_map.bind("example.org")
    try:
        adapter.match(links.path_of(purpose, "7-token"), method="GET")
    except HTTPException as problem:
        pytest.fail(f"{purpose}: {problem}")


def test_where_no_link_lives_stands_what_else_there_is(page_app):
    assert links.link(links.RESET, None, "elsewhere") == "elsewhere"
    assert links.link(links.RESET, None) == ""
    assert links.link(links.RESET, "token").endswith("/reset/token")
    assert links.link(links.RESET, "token").startswith(page_app.config["BASE_URL"])


def test_nobody_else_puts_a_token_into_an_address():
    made = re.compile(r"(public_url|feed_address)\(\s*f\"[^\"]*\{[^}]*token")
    paths = (ROOT / "registration").rglob("*.py")
    assert [path.name for path in paths if made.search(path.read_text("utf-8"))] == []
