"""Sessions end on the server, and who signed in, failed or was refused is recorded."""

import json

from flask.testing import FlaskClient
from sqlalchemy import select

from registration.core.database import db
from registration.core.networks import network_of
from registration.journal.models import JournalEntry

NEW = "violet-otter-41-lamp"


def copied(app, client: FlaskClient) -> FlaskClient:
    """Return a client with a copy of the cookie of *client*."""
    other = app.test_client()
    with client.session_transaction() as mine, other.session_transaction() as stolen:
        stolen.update(mine)
    assert other.get("/organiser/desk/").status_code == 200
    return other


def recorded(app) -> list[tuple[str, int | None, dict]]:
    with app.app_context():
        rows = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action.like("account.%")).order_by(JournalEntry.id)
        )
        return [(row.action, row.account_id, row.facts) for row in rows if "network" in row.facts]


def test_a_cookie_copied_before_the_sign_out_opens_nothing_after_it(app, client, hire, sign_in, send):
    sign_in(hire("ada", "owner"))
    other = copied(app, client)
    assert send_logout(client, send).status_code == 303
    assert client.get("/organiser/desk/").status_code == 303
    assert other.get("/organiser/desk/").status_code == 303


def send_logout(client, send):
    token = client.get("/change").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post("/logout", data={"csrf_token": token})


def test_signing_out_ends_one_browser_and_not_the_others(app, client, hire, sign_in, send):
    ada = hire("ada", "owner")
    sign_in(ada)
    elsewhere = app.test_client()
    page = elsewhere.get("/login").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    elsewhere.post("/login", data={"csrf_token": token, "email": ada.email, "password": ada.password})
    assert elsewhere.get("/organiser/desk/").status_code == 200
    send_logout(client, send)
    assert elsewhere.get("/organiser/desk/").status_code == 200


def test_signing_out_everywhere_ends_them_all(app, client, hire, sign_in, token_on):
    sign_in(hire("ada", "owner"))
    other = copied(app, client)
    answer = client.post("/organiser/sign-out-everywhere", data={"csrf_token": token_on("/change")})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert client.get("/organiser/desk/").status_code == 303
    assert other.get("/organiser/desk/").status_code == 303
    assert recorded(app)[-1][0] == "account.signed_out_all"


def test_a_cookie_of_before_this_release_opens_nothing(app, client, hire, sign_in):
    sign_in(hire("ada", "owner"))
    with client.session_transaction() as session:
        session.pop("signed_in")
    assert client.get("/organiser/desk/").status_code == 303


def test_sign_ins_failures_and_denials_are_recorded_without_what_was_typed(
    app, client, hire, event, send, sign_in
):
    ada = hire("ada", "owner", "ditta")
    send("/login", email=ada.email, password="my other password")
    send("/login", email="secret.person@example.org", password="my other password")
    sign_in(ada)
    assert client.get(f"/organiser/desk/events/{event}/read").status_code == 404
    found = recorded(app)
    assert [(action, account_id) for action, account_id, _facts in found] == [
        ("account.failed", ada.id),
        ("account.failed", None),
        ("account.signed_in", ada.id),
        ("account.denied", ada.id),
    ]
    assert {facts["network"] for _action, _id, facts in found} <= {"192.0.2.0/24", "127.0.0.0/24"}
    told = json.dumps([facts for _action, _id, facts in found])
    assert "secret.person" not in told
    assert "password" not in told


def test_a_guesser_does_not_fill_the_journal(app, client, hire, event, send, sign_in):
    for _turn in range(30):
        send("/login", email="nobody@example.org", password="x")
    sign_in(hire("ada", "owner", "ditta"))
    for _turn in range(30):
        client.get(f"/organiser/desk/events/{event}/read")
    assert len(recorded(app)) < 30


def test_networks_are_recorded_and_no_machines():
    assert network_of("192.0.2.77") == network_of("::ffff:192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1::/48"
    assert network_of(None) == "unknown"


def test_guesses_of_the_present_password_are_limited(hire, sign_in, send, client):
    ada = hire("ada", "owner")
    sign_in(ada)
    form = {"password": "a guess", "new_password": NEW, "new_password_confirm": NEW}
    # The limit of these tests is 3.
    assert [send("/change", **form).status_code for _turn in range(4)] == [400, 400, 400, 429]
    assert send("/change", **form | {"password": ada.password}).status_code == 429


def test_an_easy_password_is_refused_with_a_sentence(hire, sign_in, send):
    ada = hire("ada", "owner")
    sign_in(ada)
    for easy in ("password1234", "ada@example.org", "qwertyuiop12"):
        form = {"password": ada.password, "new_password": easy, "new_password_confirm": easy}
        answer = send("/change", **form)
        assert answer.status_code == 400
        assert "easy to guess" in answer.text
    assert (
        send("/change", password=ada.password, new_password=NEW, new_password_confirm=NEW).status_code == 303
    )
