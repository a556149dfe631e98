"""Arrange a test through the real services: an event, a registration, a colleague who signs in."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registration.accounts.models import Account, Organiser
from registration.accounts.services import NewOrganiser, add_member, create_account, create_organiser
from registration.booking.admission.services import Receipt
from registration.booking.admission.services import register as register_application
from registration.booking.changes.cancel import Target, cancel
from registration.booking.models import Attendee
from registration.booking.rules import Application, Person, Wish
from registration.capability.services import BOOKING, find
from registration.core import clock
from registration.core.database import db
from registration.core.text import slugged
from registration.core.tokens import new_nonce
from registration.core.transaction import write_tx
from registration.events.services import CategoryFacts, Facts, QuestionFacts, Text, add_category, add_question
from registration.events.services import create_event as create_event_row
from registration.firms.services import NewCoordinator, add_coordinator
from registration.journal.services import ATTENDEE, SYSTEM
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Pool, Registration
from registration.seats.queries import position

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Made:
    """An event that was made, by what tests need of it."""

    id: int
    slug: str
    organiser_id: int
    categories: Mapping[str, int]
    questions: tuple[int, ...] = ()


def make_organiser(slug: str = "ditta") -> int:
    """Return the id of the organiser *slug*, made when it is not there."""
    known = db.session.scalar(select(Organiser.id).where(Organiser.slug == slug))
    db.session.rollback()
    if known is not None:
        return known
    new = NewOrganiser(name=slug.upper(), email=f"{slug}@example.org", slug=slug)
    return write_tx(lambda session: create_organiser(session, new).id)


def make_event(
    capacity: int = 2,
    policy: str = rules.FIRST_FIT,
    categories: Mapping[str, int | None] | None = None,
    questions: tuple[QuestionFacts, ...] = (),
    title: str = "Workshop on nomenclatures",
    starts_in: timedelta = timedelta(days=10),
    organiser: str = "ditta",
    line: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Made:
    """Make an event with seats; *categories* are names with their own capacity or None.

    *line* are terms of its gate, as in rules.LinePolicy.
    """
    organiser_id = make_organiser(organiser)
    starts_at = clock.now().replace(microsecond=0) + starts_in
    told = Facts(
        **({"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "time_zone": "Europe/Brussels",
            "venue": "Autoworld", "city": "Brussels"} | facts)
    )  # fmt: skip

    def work(session: Session) -> Made:
        event = create_event_row(session, organiser_id, told, [Text("en", title)], "registration.example.org")
        gates.open_queue(session, event.id, capacity, policy, **(line or {}))
        made: dict[str, int] = {}
        for rank, (name, seats) in enumerate((categories or {}).items()):
            category = add_category(session, event, CategoryFacts(name), rank)
            made[name] = category.id
            if seats is not None:
                gates.add_pool(session, event.id, "category", category.id, seats)
        asked = tuple(add_question(session, event, one, rank).id for rank, one in enumerate(questions))
        return Made(event.id, event.slug, organiser_id, made, asked)

    return write_tx(work)


def application(
    event: Made,
    name: str = "Ada",
    email: str = "",
    party: int = 1,
    category: str | None = None,
    key: str = "",
    answers: tuple[tuple[int, str], ...] = (),
    firm: str = "",
    sessions: tuple[int, ...] = (),
    flexible: bool = False,
) -> Application:
    """Return what *name* asks for; every call is another person unless *email* is given."""
    address = email or f"{slugged(name)}+{next(_numbers)}@example.org"
    category_id = event.categories[category] if category else None
    people = [Person(name, address, firm, category_id, answers, sessions)]
    people += [
        Person(f"Guest {number} of {name}", "", firm, category_id, (), sessions) for number in range(1, party)
    ]
    wish = Wish(event.id, tuple(people), flexible)
    return Application(key or new_nonce(), name, address, firm, "en", (wish,))


def register(event: Made, name: str = "Ada", **values: Any) -> Registration:
    """Register through the service and return the registration as it stands."""
    receipt = register_application(application(event, name, **values))
    return registration_of(receipt)


def registration_of(receipt: Receipt) -> Registration:
    """Return the newest registration of a receipt."""
    assert receipt.token is not None
    db.session.rollback()
    capability = find(db.session(), receipt.token, BOOKING)
    assert capability is not None
    return (
        db.session.scalars(
            select(Registration)
            .where(Registration.booking_id == capability.subject_id)
            .order_by(Registration.id.desc())
        ).first()
        or _nothing()
    )


def state(registration: Registration) -> str:
    """Return the state of a registration as it is now."""
    db.session.rollback()
    return db.session.get_one(Registration, registration.id).state


def place_in_line(registration: Registration) -> int:
    """Return the position of a registration that waits."""
    db.session.rollback()
    now = db.session.get_one(Registration, registration.id)
    assert now.state == rules.WAITLISTED
    return position(db.session(), now.event_id, now.priority, now.place, now.part)


def attendees(registration: Registration) -> list[Attendee]:
    """Return who comes with a registration, in their order."""
    db.session.rollback()
    query = select(Attendee).where(Attendee.registration_id == registration.id, Attendee.removed_at.is_(None))
    found = list(db.session.scalars(query.order_by(Attendee.rank)))
    db.session.rollback()
    return found


def target(registration: Registration) -> Target:
    return Target(registration.event_id, registration.id, registration.booking_id)


def pool(event: Made, category: str = "") -> Pool:
    """Return the event's own pool, or that of a category, as it is now."""
    db.session.rollback()
    subject, kind = (event.categories[category], "category") if category else (0, "event")
    query = select(Pool).where(Pool.event_id == event.id, Pool.subject_id == subject, Pool.kind == kind)
    return db.session.scalars(query).one()


def make_coordinator(organiser: str = "ditta", firm: str = "Agfa", email: str = "cora@example.org") -> int:
    """Let Cora look after a firm and return her id."""
    new = NewCoordinator(firm, "Cora", email, "en")
    return add_coordinator(make_organiser(organiser), new, SYSTEM)


def make_account(email: str, role: str, organiser: str = "ditta") -> str:
    """Make an account with a role and return its password."""
    organiser_id = make_organiser(organiser)

    def work(session: Session) -> str:
        account, password = create_account(session, email, role.title())
        add_member(session, account, session.get_one(Organiser, organiser_id), role)
        return password

    return write_tx(work)


def account_id(email: str) -> int:
    return db.session.scalars(select(Account.id).where(Account.email == email)).one()


def sign_in(client: FlaskClient, email: str, password: str) -> None:
    """Sign in through the form."""
    page = client.get("/login")
    data = {"email": email, "password": password, "csrf_token": token_in(page.text)}
    answer = client.post("/login", data=data)
    assert answer.status_code in {302, 303}, answer.text


def post(client: FlaskClient, page: str, address: str, **data: Any) -> TestResponse:
    """Send a form to *address* with the token of the *page* it stands on."""
    return client.post(address, data={"csrf_token": token_in(client.get(page).text), **data})


def token_in(html: str, name: str = "csrf_token") -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', html)
    assert found is not None, f"no field {name}"
    return found[1]


def _nothing() -> Registration:
    raise AssertionError("the receipt has no registration")


def cancel_registration(registration: Registration) -> None:
    """Cancel as the attendee would."""
    cancel(target(registration), ATTENDEE)
