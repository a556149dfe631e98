"""Who gets to which page of the back office."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Do = Callable[..., TestResponse]

PAGES = {
    "owner": {"read", "edit", "door"},
    "manager": {"read", "edit", "door"},
    "viewer": {"read"},
    "door": {"door"},
}


@pytest.mark.parametrize("page", ["read", "edit", "door"])
@pytest.mark.parametrize("role", PAGES)
def test_each_role_gets_its_pages_and_no_other(
    client: FlaskClient, hire, sign_in: Do, event: str, role: str, page: str
) -> None:
    sign_in(hire("ada", role))
    answer = client.get(f"/organiser/desk/events/{event}/{page}")
    assert answer.status_code == (200 if page in PAGES[role] else 404)


@pytest.mark.parametrize("page", ["read", "edit", "door"])
@pytest.mark.parametrize("role", PAGES)
def test_a_stranger_cannot_tell_another_organisers_event_from_none(
    client: FlaskClient, hire, sign_in: Do, event: str, role: str, page: str
) -> None:
    sign_in(hire("ben", role, slug="ditta"))
    theirs = client.get(f"/organiser/desk/events/{event}/{page}")
    none = client.get(f"/organiser/desk/events/no-such-event/{page}")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.data == none.data


def test_an_account_without_a_team_sees_no_event(client: FlaskClient, hire, sign_in: Do, event: str) -> None:
    sign_in(hire("cleo"))
    assert client.get(f"/organiser/desk/events/{event}/read").status_code == 404
    assert client.get("/organiser/desk/").status_code == 200


def test_nobody_is_led_to_the_sign_in_whether_or_not_the_event_exists(
    client: FlaskClient, event: str
) -> None:
    for slug in (event, "no-such-event"):
        answer = client.get(f"/organiser/desk/events/{slug}/read")
        assert (answer.status_code, answer.location) == (
            303,
            f"/login?next=/organiser/desk/events/{slug}/read",
        )


def test_a_post_needs_its_token_even_of_the_owner(
    client: FlaskClient, hire, sign_in: Do, event: str, token_on
) -> None:
    sign_in(hire("ada", "owner"))
    url = f"/organiser/desk/events/{event}/edit"
    assert client.post(url).status_code == 400
    assert client.post(url, data={"csrf_token": token_on("/change")}).status_code == 200


def test_an_organisers_page_is_for_its_own_readers(
    client: FlaskClient, hire, sign_in: Do, event: str
) -> None:
    hire("ada", "owner", slug="ditta")
    sign_in(hire("ben", "viewer", slug="ditta"))
    assert client.get("/organiser/desk/organisers/ditta").text == "the organiser ditta"
    assert client.get("/organiser/desk/organisers/cocir").status_code == 404


def test_no_token_in_an_address_or_a_header_signs_anybody_in(client: FlaskClient, hire, app, account) -> None:
    ada = hire("ada", "owner")
    with app.test_request_context():
        token = account(ada.email).get_auth_token()
    # /login sends away whoever it takes for signed in.
    for answer in (
        client.get("/login", query_string={"auth_token": token}),
        client.get("/login", headers={"Authentication-Token": token}),
    ):
        assert answer.status_code == 200


def test_flask_security_opens_no_page_we_did_not_ask_for(app) -> None:
    pages = {
        (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"}))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("security.")
    }
    assert pages == {
        ("/login", "GET", "POST"),
        ("/logout", "POST"),
        ("/reset", "GET", "POST"),
        ("/reset/<token>", "GET", "POST"),
        ("/change", "GET", "POST"),
    }
