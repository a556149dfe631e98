"""Every form sent twice does once what it asks for: a double press, Back and again, a retry after silence.

The rules are read from the URL map, so a new POST without a row here fails.
"""

import re
from html import unescape
from typing import Any

import pytest

from tests import factories
from tests.booking.arranging import fields_in
from tests.conftest import running, settings_for, sqlite_copy
from tests.factories import sign_in
from tests.house.arranged import Stage
from tests.house.sent_forms import ROWS
from tests.house.test_other_tenants import snapshot, stored
from tests.worlds import make_world

# Who registers locks the gate to look for her key, which counts as a step.
COUNTING = {one: {"queue"} for one in ("booking.submit", "booking.submit_programme", "invitations.accept")}
# The first one begins a session anew, and the second one is none of it any more: it does nothing.
NEW_SESSION = {"security.change_password", "organiser.sign_out_everywhere"}
# Their second press finds nobody signed in any more: only the session knows them, and it has ended.
BY_SESSION = {"security.login", "security.logout"}


def post_rules(app):
    return {rule.endpoint: rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}


def test_every_post_has_its_row(page_app):
    assert set(post_rules(page_app)) == set(ROWS) | BY_SESSION


def put_in(text: str, values: dict[str, Any]) -> str:
    return re.sub(r"<(\w+)>", lambda found: str(values[found[1]]), text)


def form_at(html: str, address: str, page: str) -> str:
    """Return the form of a page that is sent to *address*."""
    for head, inside in re.findall(r"<form([^>]*)>(.*?)</form>", html, re.DOTALL):
        action = re.search(r'action="([^"]*)"', head)
        if 'method="post"' in head and unescape(action[1] if action else page) == address:
            return inside
    raise AssertionError(f"no form for {address} on {page}")


@pytest.fixture(scope="module")
def prepared(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("twice")
    app = next(made := running(settings_for(sqlite_copy(sqlite_template, folder), folder)))
    world = make_world("ditta", "Ada")
    password = factories.make_account("owner@example.org", "owner")
    put_back = stored(app)
    yield app, world, password, put_back
    for _end in made:
        pass


@pytest.mark.parametrize("endpoint", ROWS)
def test_a_form_sent_twice_does_once_what_it_asks_for(prepared, endpoint):
    app, world, password, put_back = prepared
    put_back()
    client = app.test_client()
    row, rule = ROWS[endpoint], post_rules(app)[endpoint]
    stage = Stage(world)
    stage.values["password"] = password
    row.arrange(stage)
    if rule.endpoint.startswith(("organiser.", "security.")) and not row.is_public:
        sign_in(client, "owner@example.org", password)
    with app.test_request_context():
        address = rule.build({one: stage.values[one] for one in rule.arguments})[1]
    page = put_in(row.page, stage.values) or address
    shown = client.get(page)
    assert shown.status_code == 200, (page, shown.status_code)
    data: dict[str, Any] = {
        name: unescape(value) for name, value in fields_in(form_at(shown.text, address, page)).items()
    }
    assert data.get("submit_key"), "the form has no key"
    data |= {name: put_in(value, stage.values) for name, value in row.data.items()}
    before = snapshot()
    first = client.post(address, data=data)
    assert first.status_code in (302, 303), (first.status_code, told(first))
    once = snapshot()
    assert once != before, "the first one did nothing"
    second = client.post(address, data=data)
    if endpoint in NEW_SESSION:
        assert second.status_code in (303, 400)
    else:
        assert (second.status_code, where(second)) == (303, where(first)), told(second)
    twice = snapshot()
    assert {name for name in once if once[name] != twice[name]} - COUNTING.get(endpoint, set()) == set()


def told(answer) -> list[str]:
    sentences = re.findall(r'<p class="(?:error|lead)".*?</p>|<li><a href="#.*?</li>', answer.text)
    return [re.sub(r"<[^>]+>", "", one) for one in sentences]


def where(answer) -> str:
    return str(answer.location).removeprefix("http://localhost")
