"""Signing in and out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registration.accounts.models import Account
from registration.core import clock
from registration.core.transaction import write_tx

Do = Callable[..., TestResponse]


def test_the_right_password_opens_the_back_office(client, hire, sign_in: Do) -> None:
    answer = sign_in(hire("ada", "owner"))
    assert (answer.status_code, answer.location) == (303, "/organiser/")
    assert client.get("/organiser/desk/").text == "signed in as ada@example.org"


def test_the_address_may_be_typed_in_any_case(hire, send: Do) -> None:
    ada = hire("ada", "owner")
    assert send("/login", email=" ADA@Example.ORG", password=ada.password).status_code == 303


def test_wrong_password_unknown_address_and_closed_account_are_answered_alike(
    app: Flask, hire, send: Do
) -> None:
    ada, ben = hire("ada", "owner"), hire("ben", "viewer")

    def close(session) -> None:
        session.get(Account, ben.id).active = False

    with app.app_context():
        write_tx(close)
    tries = [
        (ada.email, "wrong password"),
        ("cleo@example.org", "wrong password"),
        (ben.email, ben.password),
    ]
    answers = [send("/login", email=email, password=password) for email, password in tries]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    pages = {
        re.sub(r'(name="csrf_token"[^>]*value=)"[^"]+"', r"\1", answer.text).replace(email, "ADDRESS")
        for (email, _password), answer in zip(tries, answers, strict=True)
    }
    assert len(pages) == 1
    assert answers[0].text.count("The address or the password is wrong.") == 1
    assert 'href="#email"' in answers[0].text


def test_a_failed_sign_in_keeps_the_address_and_not_the_password(hire, send: Do) -> None:
    hire("ada", "owner")
    page = send("/login", email="ada@example.org", password="wrong password").text
    assert 'value="ada@example.org"' in page
    assert "wrong password" not in page


@pytest.mark.parametrize("field", ["email", "password"])
def test_an_empty_field_is_refused_with_a_sentence(send: Do, field: str) -> None:
    fields = {"email": "ada@example.org", "password": "wrong password"} | {field: ""}
    answer = send("/login", **fields)
    assert answer.status_code == 400
    assert "The address or the password is wrong." in answer.text


def test_a_form_without_its_token_is_refused_and_signs_nobody_in(client: FlaskClient, hire) -> None:
    ada = hire("ada", "owner")
    answer = client.post("/login", data={"email": ada.email, "password": ada.password})
    assert answer.status_code == 400
    assert "reload the page" in answer.text
    assert client.get("/organiser/desk/").status_code == 303


def test_json_needs_the_token_too(client: FlaskClient, hire) -> None:
    ada = hire("ada", "owner")
    answer = client.post("/login", json={"email": ada.email, "password": ada.password})
    assert answer.status_code == 400
    assert client.get("/organiser/desk/").status_code == 303


def test_a_page_of_the_back_office_leads_to_the_sign_in_and_back(
    client: FlaskClient, hire, send: Do, event: str
) -> None:
    answer = client.get(f"/organiser/desk/events/{event}/read?page=2")
    assert answer.status_code == 303
    ada = hire("ada", "viewer")
    # The page carries the way back in a hidden field; its form goes to plain /login.
    page = client.get(answer.location).text
    hidden = re.search(r'name="next"[^>]*value="([^"]*)"', page)
    assert hidden is not None
    answer = send("/login", next=unescape(hidden[1]), email=ada.email, password=ada.password)
    assert answer.location == f"/organiser/desk/events/{event}/read?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/organiser/",
        "//evil.example/organiser/",
        "///evil.example",
        r"\\evil.example",
        "javascript:alert(1)",
        "https://localhost@evil.example/organiser/",
        "/organiser@evil.example",
        "security.logout",
        "/",
    ],
)
def test_a_sign_in_leads_nowhere_but_to_our_own_pages(
    client: FlaskClient, hire, token_on, elsewhere: str
) -> None:
    ada = hire("ada", "owner")
    form = {"csrf_token": token_on(), "email": ada.email, "password": ada.password}
    answer = client.post("/login", query_string={"next": elsewhere}, data=form | {"next": elsewhere})
    assert (answer.status_code, answer.location) == (303, "/organiser/")


def test_signing_out_takes_a_form_with_its_token(client: FlaskClient, hire, sign_in: Do, token_on) -> None:
    sign_in(hire("ada", "owner"))
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert client.get("/organiser/desk/").status_code == 200
    token = token_on("/change")
    assert client.post("/logout", data={"csrf_token": token}).location == "/"
    assert client.get("/organiser/desk/").status_code == 303


def test_the_session_begins_anew_at_sign_in(client: FlaskClient, hire, sign_in: Do) -> None:
    ada = hire("ada", "owner")
    client.get("/login")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]
    sign_in(ada)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(hire, sign_in: Do) -> None:
    cookie = sign_in(hire("ada", "owner")).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_public_pages_never_look_at_the_session(client: FlaskClient, hire, sign_in: Do) -> None:
    sign_in(hire("ada", "owner"))
    assert "Cookie" not in client.get("/public").headers.get("Vary", "")


def test_too_many_tries_lock_out_the_guesser_and_not_the_owner(hire, send: Do) -> None:
    ada = hire("ada", "owner")
    for _try in range(3):
        assert send("/login", email=ada.email, password="a guess").status_code == 400
    refused = send("/login", email=ada.email.upper(), password=ada.password)
    assert refused.status_code == 429
    assert "Too many tries" in refused.text
    assert refused.headers["Retry-After"]
    owner = send("/login", remote="198.51.100.7", email=ada.email, password=ada.password)
    assert owner.status_code == 303


def test_one_machine_cannot_try_one_address_after_the_other(send: Do) -> None:
    answers = [
        send("/login", email=f"person{n}@example.org", password="a guess").status_code for n in range(16)
    ]
    assert answers == [400] * 15 + [429]


def test_the_right_password_is_no_try(client: FlaskClient, hire, sign_in: Do, token_on) -> None:
    ada = hire("ada", "owner")
    for _time in range(5):
        assert sign_in(ada).status_code == 303
        client.post("/logout", data={"csrf_token": token_on("/change")})


def test_after_an_hour_one_may_try_again(hire, send: Do) -> None:
    ada = hire("ada", "owner")
    begin = datetime.now(UTC)
    for _try in range(4):
        send("/login", email=ada.email, password="a guess")
    with clock.running(lambda: begin + timedelta(hours=1, minutes=1)):
        assert send("/login", email=ada.email, password=ada.password).status_code == 303
