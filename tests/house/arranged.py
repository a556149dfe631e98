"""What a form needs to be sent: a world with one of everything, and what is arranged before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select, update

from registration.accounts.models import Account
from registration.booking.calendar.owner import owner_of, owner_token
from registration.booking.changes.change_address import ask_address
from registration.booking.changes.handover import withdraw
from registration.booking.emails.registration import unsubscribe_token
from registration.booking.event_settings.closing import close_registration
from registration.booking.models import Attendee, Booking, Invitation
from registration.booking.queries.own_seats import own_url
from registration.capability.services import ADDRESS, BOOKING, HANDOVER, INVITATION, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, Material, Programme, Question
from registration.events.services import CategoryFacts, QuestionFacts, Text
from registration.journal.services import SYSTEM
from registration.mail.models import OutgoingMessage
from registration.materials.services import NewPaper, publish
from registration.organiser.event.services import renew_team_feed
from registration.organiser.mailing.mail_texts import save_text
from registration.organiser.mailing.services import send
from registration.organiser.parts.services import add_category
from registration.organiser.questions.services import ask
from registration.organiser.translations.services import translate_event, translate_programme
from registration.reconfirm.services import ask_some, plan
from registration.seats import rules
from registration.seats.models import Pool, Queue, Registration
from tests import factories
from tests.booking.programme_arranging import make_programme
from tests.worlds import World


class Stage:
    """The world of a row: what its address and its form hang on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values: dict[str, Any] = dict(world.ids) | {
            "slug": world.event.slug,
            "token": world.booking,
            "code": "fr",
            "kind": "confirmed",
        }
        event = db.session.get_one(Event, world.event.id)
        local = (event.starts_at + timedelta(minutes=1)).astimezone(ZoneInfo(event.time_zone))
        self.values["starts"] = f"{local:%Y-%m-%dT%H:%M}"
        self.values["ends"] = f"{local + timedelta(hours=1):%Y-%m-%dT%H:%M}"
        self.registration = db.session.get_one(Registration, world.ids["registration_id"])
        self.booking_id = self.registration.booking_id
        self.email = db.session.get_one(Booking, self.booking_id).email_normal
        self.uid = event.uid
        db.session.rollback()

    def link(self, subject_id: int, purpose: str) -> None:
        """Use the link of *subject_id* in the address."""
        self.values["token"] = token_of(db.session(), subject_id, purpose)
        db.session.rollback()

    def to(self, registration: Registration) -> None:
        """Use another registration, and the link of its booking."""
        self.registration = registration
        self.values["registration_id"] = registration.id
        self.values["attendee_id"] = factories.attendees(registration)[0].id
        self.link(registration.booking_id, BOOKING)


Arrange = Callable[[Stage], None]


@dataclass(frozen=True)
class Row:
    """Where the form stands (its own address if empty), what is typed, and what is arranged before."""

    page: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    arrange: Arrange = lambda _stage: None
    # Neither signs anybody in nor out, and only says again what is so: nothing need change.
    is_quiet: bool = False
    is_public: bool = False


def write(work: Callable[..., object]) -> None:
    write_tx(work)


def line(**terms: Any) -> Arrange:
    """Let the event's line be otherwise, before somebody else registers."""

    def arrange(stage: Stage) -> None:
        if not terms:
            return
        values = update(Queue).where(Queue.event_id == stage.world.event.id).values(**terms)
        write(lambda session: session.execute(values))

    return arrange


def full(stage: Stage) -> None:
    """Fill every seat."""
    category = "Member"
    while factories.pool(stage.world.event).capacity > factories.pool(stage.world.event).taken:
        factories.register(stage.world.event, "Filler", category=category if _has_room(stage) else None)


def _has_room(stage: Stage) -> bool:
    pool = factories.pool(stage.world.event, "Member")
    return bool(pool.taken < pool.capacity)


def with_state(*, party: int = 1, **terms: Any) -> Arrange:
    def arrange(stage: Stage) -> None:
        line(**terms)(stage)
        stage.to(factories.register(stage.world.event, "Benno", party=party))

    return arrange


def waiting(party: int = 1) -> Arrange:
    def arrange(stage: Stage) -> None:
        full(stage)
        stage.to(factories.register(stage.world.event, "Benno", party=party))
        assert stage.registration.state == rules.WAITLISTED

    return arrange


def offered(stage: Stage) -> None:
    line(promotion="offer")(stage)
    full(stage)
    holder = db.session.scalars(
        select(Registration)
        .where(Registration.state == rules.CONFIRMED, Registration.event_id == stage.world.event.id)
        .order_by(Registration.id.desc())
    ).first()
    db.session.rollback()
    waits = factories.register(stage.world.event, "Benno")
    assert holder is not None
    factories.cancel_registration(holder)
    assert factories.state(waits) == rules.OFFERED
    stage.to(waits)


def asked_again(stage: Stage) -> None:
    plan(stage.world.event.id, 30, 2, frees_seat=False, actor=SYSTEM)
    assert ask_some(stage.world.event.id)


def wished_address(stage: Stage) -> None:
    ask_address(stage.booking_id, "new@example.org")


def new_address(stage: Stage) -> None:
    ask_address(stage.booking_id, "new@example.org")
    stage.link(stage.booking_id, ADDRESS)


def with_programme(stage: Stage) -> None:
    sister = factories.Made(*_sister(stage))
    slug = make_programme(stage.world.event, sister)
    stage.values |= {"slug": slug, "sister": stage.world.sister}


def _sister(stage: Stage) -> tuple[int, str, int, dict[str, int]]:
    found = db.session.scalars(select(Event).where(Event.slug == stage.world.sister)).one()
    told = (found.id, found.slug, found.organiser_id, {})
    db.session.rollback()
    return told


def moving(stage: Stage) -> None:
    with_programme(stage)
    stage.values["slug"] = stage.world.sister


def programme_in_french(stage: Stage) -> None:
    with_programme(stage)
    programme = db.session.scalars(select(Programme.id).order_by(Programme.id.desc())).first()
    assert programme is not None
    translate_programme(programme, Text("fr", "Jours"), SYSTEM)


def french(stage: Stage) -> None:
    translate_event(stage.world.event.id, Text("fr", "Atelier"), {}, SYSTEM)


def organiser(stage: Stage) -> None:
    stage.values["slug"] = stage.world.organiser


def firm(stage: Stage) -> None:
    stage.values["token"] = stage.world.firm


def guest(stage: Stage) -> None:
    stage.link(stage.world.ids["invitation_id"], INVITATION)


def successor(stage: Stage) -> None:
    stage.link(stage.world.ids["handover_id"], HANDOVER)


def nobody_asked(stage: Stage) -> None:
    withdraw(stage.booking_id, stage.world.ids["handover_id"], SYSTEM)


def own_seat(stage: Stage) -> None:
    """Let somebody come with an address of her own."""
    stage.to(factories.register(stage.world.event, "Benno", party=2))
    person = factories.attendees(stage.registration)[1]
    email = f"cleo+{person.id}@example.org"
    hers = update(Attendee).where(Attendee.id == person.id).values(email=email, email_normal=email)
    write(lambda session: session.execute(hers))
    stage.values["token"] = own_url(person.code, email).rstrip("/").rpartition("/")[2]


def colleague(stage: Stage) -> None:
    """Let somebody else work for the organiser too."""
    organiser(stage)
    email = f"colleague{stage.world.event.id}@example.org"
    factories.make_account(email, "viewer")
    stage.values["account_id"] = factories.account_id(email)
    db.session.rollback()


def own_feed(stage: Stage) -> None:
    booked = db.session.get_one(Booking, stage.booking_id)
    stage.values["token"] = owner_token(db.session(), owner_of(booked))
    db.session.rollback()


def with_session(stage: Stage) -> None:
    picked = (stage.world.ids["session_id"],)
    event = stage.world.event
    stage.to(factories.register(event, "Benno", sessions=picked, category="Member"))
    stage.booking_id = stage.registration.booking_id


def unsubscribing(stage: Stage) -> None:
    stage.values["token"] = unsubscribe_token(stage.booking_id)


def resetting(stage: Stage) -> None:
    account = db.session.scalars(select(Account)).first()
    stage.values["token"] = generate_reset_password_token(account)
    db.session.rollback()


def mails(state: str) -> Arrange:
    def arrange(_stage: Stage) -> None:
        write(lambda session: session.execute(update(OutgoingMessage).values(state=state)))

    return arrange


def closed(stage: Stage) -> None:
    close_registration(stage.world.event.id, SYSTEM)


def two_papers(stage: Stage) -> None:
    publish(stage.world.event.id, NewPaper("Notes", "en", url="https://example.org/notes"), SYSTEM)
    stage.values["material_id"] = db.session.scalars(
        select(Material.id).order_by(Material.id.desc()).where(Material.event_id == stage.world.event.id)
    ).first()
    db.session.rollback()


def event_pool(stage: Stage) -> None:
    stage.values["pool_id"] = factories.pool(stage.world.event).id


def two_of_one(stage: Stage) -> None:
    other = factories.register(stage.world.event, "Ada", category="Member")
    stage.values["other"] = other.id


def sent_message(stage: Stage) -> None:
    send(stage.world.event.id, stage.world.ids["mailing_id"], 1, SYSTEM)


def unused(kind: str) -> Arrange:
    """Use a category, session or question that nobody has chosen."""

    def arrange(stage: Stage) -> None:
        if kind == "category":
            add_category(stage.world.event.id, CategoryFacts("Press"), None, SYSTEM)
            query = select(Category.id).order_by(Category.id.desc())
            stage.values["category_id"] = db.session.scalars(query).first()
        else:
            ask(stage.world.event.id, QuestionFacts("Shoe size"), SYSTEM)
            query = select(Question.id).order_by(Question.id.desc())
            stage.values["question_id"] = db.session.scalars(query).first()
        db.session.rollback()

    return arrange


def feed_made(stage: Stage) -> None:
    owner = select(Account.id).where(Account.email == "owner@example.org")
    renew_team_feed(db.session.scalars(owner).one())


def unsent(stage: Stage) -> None:
    write(lambda session: session.execute(update(Invitation).values(sent_at=None)))


def long_ago(stage: Stage) -> None:
    at = clock.now() - timedelta(days=3)
    write(lambda session: session.execute(update(Invitation).values(sent_at=at)))


def reserved(stage: Stage) -> None:
    waiting()(stage)
    pool = factories.pool(stage.world.event)
    room = {name: getattr(pool, name) + 5 for name in ("seats", "wanted", "capacity")}
    more = update(Pool).where(Pool.id == pool.id).values(**room, reserve=5, kept=5)
    write(lambda session: session.execute(more))


def own_words(stage: Stage) -> None:
    organiser(stage)
    save_text(stage.world.event.organiser_id, "confirmed", "fr", "Bonjour", "A bientôt.", SYSTEM)
