"""No route appears or vanishes unnoticed, and each answers strangers as it should."""

from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from tests.conftest import running, settings_for, sqlite_copy
from tests.factories import token_in

VALUES = {"slug": "nothing", "token": "nothing", "name": "nothing", "fmt": "csv", "code": "fr"}


def pages(app: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    """Yield each rule that takes *method*, with an address that leads to nothing that is there."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            adapter = app.url_map.bind("localhost")
            values = {name: VALUES.get(name, 1) for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, values, method=method)


def test_no_route_appears_or_vanishes_unnoticed(page_app):
    there = [
        f"{' '.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule}"
        for rule in page_app.url_map.iter_rules()
    ]
    reviewed = (Path(__file__).parent / "routes.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(there) == reviewed


def test_every_page_answers_without_an_error(page_app, page_client):
    for rule, path in pages(page_app, "GET"):
        status = page_client.get(path).status_code
        assert status < 500, path
        # What needs no parameter is there, if only as a way to the sign-in.
        assert rule.arguments or status < 400, path


def test_a_post_that_carries_nothing_is_refused_without_an_error(page_app, page_client):
    for _rule, path in pages(page_app, "POST"):
        assert 300 <= page_client.post(path).status_code < 500, path


def test_no_page_of_the_back_office_opens_to_a_stranger(page_app, page_client):
    closed = [path for rule, path in pages(page_app, "GET") if rule.rule.startswith("/organiser/")]
    assert len(closed) > 10
    for path in closed:
        answer = page_client.get(path)
        assert answer.status_code in {302, 303}, path
        assert answer.headers["Location"].startswith("/login"), path


def test_no_post_of_the_back_office_works_for_a_stranger(page_app, page_client):
    token = token_in(page_client.get("/login").text)
    closed = [path for rule, path in pages(page_app, "POST") if rule.rule.startswith("/organiser/")]
    assert len(closed) > 5
    for path in closed:
        answer = page_client.post(path, data={"csrf_token": token})
        assert answer.status_code in {302, 303}, path
        assert answer.headers["Location"].startswith("/login"), path


def test_production_has_no_mailbox_to_look_into(sqlite_template, tmp_path):
    settings = settings_for(sqlite_copy(sqlite_template, tmp_path), tmp_path)
    for app in running(settings | {"ENV": "production", "MAIL_FROM": "events@cocir.test"}):
        assert not any(rule.rule.startswith("/dev/") for rule in app.url_map.iter_rules())
        assert app.test_client().get("/dev/mailbox/").status_code == 404
    for app in running(settings):
        assert app.test_client().get("/dev/mailbox/").status_code == 200
