"""Setting a new password: by link, or with the present one."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from registration.core import clock
from registration.core.database import db
from registration.journal.models import JournalEntry
from registration.mail.composing import Superseded

Do = Callable[..., TestResponse]
NEW = "three plain words"


@pytest.fixture
def link(hire, send: Do, letters) -> str:
    """Ask for Ada's new password and return the path of the link in her mail."""
    hire("ada", "owner")
    send("/reset", email="ada@example.org")
    return link_in(letters()[-1].text)


def link_in(body: str) -> str:
    found = re.search(r"^http://127\.0\.0\.1:8000(/reset/\S+)$", body, re.MULTILINE)
    assert found is not None, body
    return found[1]


def test_the_link_comes_by_mail_and_sets_the_password_once(
    client: FlaskClient, send: Do, sent, letters, link: str
) -> None:
    assert [(mail.kind, mail.to_email) for mail in sent()] == [("account", "ada@example.org")]
    assert 'href="http://127.0.0.1:8000/reset/' in letters()[0].html
    assert '<html lang="en" dir="ltr">' in letters()[0].html
    answer = send(link, password=NEW, password_confirm=NEW)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert letters()[-1].subject == "Your password was reset"
    assert client.get(link).status_code == 302
    assert send("/login", email="ada@example.org", password=NEW).status_code == 303


def test_no_link_waits_in_the_database(hire, send: Do, sent) -> None:
    ada = hire("ada", "owner")
    send("/reset", email=ada.email)
    assert [mail.facts for mail in sent()] == [{"what": "password_link", "account": ada.id}]


def test_a_link_asked_for_long_ago_is_not_sent(app: Flask, letters, link: str) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)
    with clock.running(lambda: later), pytest.raises(Superseded):
        letters()


def test_following_the_link_changes_nothing(client: FlaskClient, account, link: str) -> None:
    before = account("ada@example.org").password
    assert client.get(link).status_code == 200
    assert account("ada@example.org").password == before


def test_known_and_unknown_addresses_are_answered_alike(hire, send: Do, sent) -> None:
    hire("ada", "owner")
    known, unknown = (send("/reset", email=f"{name}@example.org") for name in ("ada", "nobody"))
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert (known.status_code, known.location) == (303, "/login")
    assert known.data == unknown.data
    assert [mail.to_email for mail in sent()] == ["ada@example.org"]


def test_known_and_unknown_addresses_leave_the_same_line_in_the_journal(app: Flask, hire, send: Do) -> None:
    hire("ada", "owner")
    send("/reset", email="ada@example.org")
    send("/reset", email="nobody@example.org")
    with app.app_context():
        query = select(JournalEntry).where(JournalEntry.action == "account.reset_asked")
        entries = db.session.scalars(query).all()
    assert [(entry.actor, entry.account_id) for entry in entries] == [("system", None)] * 2


def test_what_is_no_address_is_refused_as_typed(send: Do) -> None:
    answer = send("/reset", email="ada at example")
    assert answer.status_code == 400
    assert "Enter an email address in the correct format" in answer.text
    assert 'value="ada at example"' in answer.text


def test_nobody_can_fill_a_mailbox_with_links(hire, send: Do, sent) -> None:
    hire("ada", "owner")
    answers = [send("/reset", remote=f"192.0.2.{n}", email="ada@example.org").status_code for n in range(6)]
    assert answers == [303] * 6
    assert len(sent()) == 3


def test_one_machine_cannot_ask_for_everybody(send: Do) -> None:
    answers = [send("/reset", email=f"person{n}@example.org").status_code for n in range(4)]
    assert answers == [303, 303, 303, 429]


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "Use at least 12 characters."),
        (NEW, "three other words", "The two passwords are not the same."),
        ("", "", ""),
    ],
)
def test_a_bad_new_password_is_refused_with_a_sentence(
    send: Do, account, link: str, password: str, again: str, sentence: str
) -> None:
    before = account("ada@example.org").password
    answer = send(link, password=password, password_confirm=again)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert account("ada@example.org").password == before


def test_a_changed_password_ends_the_other_sessions(
    app: Flask, client: FlaskClient, hire, send: Do, letters
) -> None:
    ada = hire("ada", "owner")
    send("/login", email=ada.email, password=ada.password)
    other = app.test_client()
    with client.session_transaction() as mine, other.session_transaction() as stolen:
        stolen.update(mine)
    assert other.get("/organiser/desk/").status_code == 200
    form = {"password": ada.password, "new_password": NEW, "new_password_confirm": NEW}
    answer = send("/change", **form)
    assert (answer.status_code, answer.location) == (303, "/organiser/")
    assert client.get("/organiser/desk/").status_code == 200
    assert other.get("/organiser/desk/").status_code == 303
    assert letters()[-1].subject == "Your password was changed"


def test_changing_takes_the_present_password(hire, sign_in: Do, send: Do, account) -> None:
    ada = hire("ada", "owner")
    sign_in(ada)
    before = account(ada.email).password
    form = {"password": "a guess", "new_password": NEW, "new_password_confirm": NEW}
    answer = send("/change", **form)
    assert answer.status_code == 400
    assert "This is not your present password." in answer.text
    assert account(ada.email).password == before


def test_a_new_password_waits_for_another_writer_and_arrives(
    app: Flask, tmp_path: Path, send: Do, account, link: str
) -> None:
    """A transaction that reads first and writes later is told `database is locked` here at once."""
    before = account("ada@example.org").password
    writer = sqlite3.connect(app.config["DATABASE_URL"].removeprefix("sqlite:///"), check_same_thread=False)
    writer.isolation_level = None
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE account SET name = 'Ada of COCIR'")

    def finish() -> None:
        time.sleep(0.5)
        writer.execute("COMMIT")

    waiting = threading.Thread(target=finish)
    waiting.start()
    answer = send(link, password=NEW, password_confirm=NEW)
    waiting.join()
    writer.close()
    assert answer.status_code == 303
    ada = account("ada@example.org")
    assert ada.password != before
    assert ada.name == "Ada of COCIR"


def test_a_new_password_and_its_notice_are_written_together_or_not_at_all(
    app: Flask, send: Do, account, sent, link: str
) -> None:
    before = account("ada@example.org").password
    database = sqlite3.connect(app.config["DATABASE_URL"].removeprefix("sqlite:///"))
    database.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON outgoing_message BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    database.close()
    assert send(link, password=NEW, password_confirm=NEW).status_code == 500
    assert account("ada@example.org").password == before
    assert len(sent()) == 1
