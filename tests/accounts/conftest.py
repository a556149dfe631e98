"""The application on a SQLite file, with a few pages that show nothing but who gets in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registration.accounts import access, services
from registration.accounts.models import Account, Organiser
from registration.app import create_app
from registration.core import tokens
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.access import event_page
from registration.events.models import Event, EventText
from registration.mail.composing import Draft, compose
from registration.mail.models import OutgoingMessage
from registration.schema import tables

STARTS = datetime(2030, 12, 11, 9, tzinfo=UTC)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody of a team, with the password that was made for her."""

    id: int
    email: str
    password: str


def _desk() -> Blueprint:
    """Return pages that show nothing but who gets in."""
    bp = Blueprint("desk", __name__, url_prefix="/organiser/desk")

    @bp.get("/")
    @access.signed_in
    def home() -> str:
        return f"signed in as {access.current_account().email}"

    for name in ("read", "edit", "door"):
        roles = getattr(access, name.upper())

        def page(event: Event) -> str:
            return f"the event {event.slug}"

        bp.add_url_rule(f"/events/<slug>/{name}", name, event_page(roles)(page), methods=["GET", "POST"])

    @bp.get("/organisers/<slug>")
    @access.organiser_page(access.READ)
    def organiser(organiser: Organiser) -> str:
        return f"the organiser {organiser.slug}"

    return bp


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path / 'registration.sqlite3'}"
    app = create_app(
        {
            "DATA": str(tmp_path),
            "DATABASE_URL": url,
            "BASE_URL": "http://127.0.0.1:8000",
            "SIGN_IN_TRIES": 3,
        }
    )
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    app.register_blueprint(_desk())
    app.add_url_rule("/public", "public", lambda: "a public page")
    with app.app_context():
        tables.Model.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def hire(app: Flask) -> Callable[..., Person]:
    """Return a function that makes a person of *name* with a *role* at the organiser *slug*."""

    def make(name: str, role: str = "", slug: str = "cocir") -> Person:
        def work(session: Session) -> Person:
            account, password = services.create_account(session, f"{name}@example.org", name.title())
            if role:
                organiser = session.scalar(select(Organiser).where(Organiser.slug == slug))
                if organiser is None:
                    new = services.NewOrganiser(slug.upper(), f"{slug}@example.org")
                    organiser = services.create_organiser(session, new)
                services.add_member(session, account, organiser, role)
            return Person(account.id, account.email, password)

        with app.app_context():
            return write_tx(work)

    return make


@pytest.fixture
def event(app: Flask, hire: Callable[..., Person]) -> str:
    """Make COCIR's annual meeting and return its slug."""
    hire("owner", "owner")

    def work(session: Session) -> None:
        organiser = session.scalars(select(Organiser)).one()
        meeting = Event(
            organiser_id=organiser.id,
            slug="annual-meeting",
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=2),
            time_zone="Europe/Brussels",
            uid=tokens.new_nonce(),
            changed_at=STARTS,
            created_at=STARTS,
            texts=[EventText(locale="en", title="Annual meeting")],
        )
        session.add(meeting)

    with app.app_context():
        write_tx(work)
    return "annual-meeting"


@pytest.fixture
def sent(app: Flask) -> Callable[[], list[OutgoingMessage]]:
    """Return a function that lists the outbox."""

    def outbox() -> list[OutgoingMessage]:
        with app.app_context():
            return list(db.session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))

    return outbox


@pytest.fixture
def letters(app: Flask) -> Callable[[], list[Draft]]:
    """Return a function that writes the mails of the outbox as the worker does, outside of a request."""

    def write() -> list[Draft]:
        with app.app_context():
            session = db.session()
            rows = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
            return [compose(session, row) for row in rows]

    return write


@pytest.fixture
def account(app: Flask) -> Callable[[str], Account]:
    """Return a function that reads the account with an address."""

    def read(email: str) -> Account:
        with app.app_context():
            return db.session.scalars(select(Account).where(Account.email == email)).one()

    return read


@pytest.fixture
def token_on(client: FlaskClient) -> Callable[..., str]:
    """Return a function that reads the form token of a page."""

    def read(url: str = "/login") -> str:
        found = TOKEN.search(client.get(url).text)
        assert found is not None, f"no form token on {url}"
        return found[1]

    return read


@pytest.fixture
def send(client: FlaskClient, token_on: Callable[..., str]) -> Callable[..., TestResponse]:
    """Return a function that fills in the form at a URL and sends it."""

    def submit(url: str, *, remote: str = "192.0.2.1", **fields: str) -> TestResponse:
        form = {"csrf_token": token_on(url), **fields}
        return client.post(url, data=form, environ_base={"REMOTE_ADDR": remote})

    return submit


@pytest.fixture
def sign_in(send: Callable[..., TestResponse]) -> Callable[..., TestResponse]:
    """Return a function that signs a person in."""

    def submit(person: Person) -> TestResponse:
        return send("/login", email=person.email, password=person.password)

    return submit
