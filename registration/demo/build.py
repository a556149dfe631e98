"""Build the demo through the same services as the web, or find the one that is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.accounts.models import Account, Organiser
from registration.accounts.services import (
    NewOrganiser,
    add_member,
    create_account,
    create_organiser,
    new_password,
)
from registration.booking.changes.cancel import Target, cancel, cancel_attendee
from registration.booking.event_settings.sessions import add_session
from registration.booking.models import Attendee
from registration.booking.rules import Wish
from registration.capability.services import BOOKING, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.demo import programme as plan
from registration.demo.filling import apply, event_id, party_of, sessions_of
from registration.demo.languages import speak
from registration.demo.lines import fill_dinner, fill_round_table
from registration.demo.people import Crowd
from registration.events.models import Event, Programme
from registration.events.queries import words
from registration.events.services import (
    CategoryFacts,
    Facts,
    Text,
    add_category,
    add_material,
    add_question,
    create_event,
    create_programme,
)
from registration.journal.services import ATTENDEE, organiser_actor
from registration.mail.models import PENDING, SUPERSEDED, OutgoingMessage
from registration.organiser.event.services import NEEDS
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration

TEAM = (
    ("owner.cocir@example.org", "Nadia Owner", "cocir", "owner"),
    ("owner.ditta@example.org", "Oscar Owner", "ditta", "owner"),
    ("viewer.ditta@example.org", "Vera Viewer", "ditta", "viewer"),
    ("door.ditta@example.org", "Dirk Door", "ditta", "door"),
)
ORGANISERS = (
    NewOrganiser(
        name="COCIR",
        email="events.cocir@example.org",
        slug="cocir",
        summary="The European trade association of medical imaging, radiotherapy, health ICT and"
        " electromedical industries, in Brussels since 1959.",
    ),
    NewOrganiser(
        name="DITTA",
        email="events.ditta@example.org",
        slug="ditta",
        summary="The global diagnostic imaging, healthcare IT and radiation therapy trade association.",
    ),
)


@dataclass(frozen=True)
class SignIn:
    """How to sign in to the demo."""

    email: str
    password: str
    organiser: str
    role: str


@dataclass(frozen=True)
class Demo:
    """What the demo made: (slug, title) of events, (event, state, token) of a few bookings."""

    sign_ins: Sequence[SignIn]
    organisers: Sequence[tuple[str, str]]
    events: Sequence[tuple[str, str]]
    programmes: Sequence[str]
    bookings: Sequence[tuple[str, str, str]]


def build() -> Demo:
    """Build the demo, or give the one that is there new passwords; return what a person needs."""
    if db.session.scalar(select(Event.id).where(Event.slug == plan.WORKSHOP)) is None:
        write_tx(_organisers)
        write_tx(_sign_ins)
        write_tx(_events)
        crowd = Crowd()
        _hold_gala(crowd)
        _fill_meeting(crowd)
        _fill_workshop(crowd)
        fill_dinner(crowd)
        fill_round_table(crowd)
    return _described(write_tx(_sign_ins))


def _organisers(session: Session) -> None:
    for new in ORGANISERS:
        create_organiser(session, new)


def _events(session: Session) -> None:
    ids = dict(session.execute(select(Organiser.slug, Organiser.id)).all())
    workshop = _event(
        session, ids["ditta"], plan.WORKSHOP, plan.workshop_facts(), plan.WORKSHOP_TEXTS, plan.WORKSHOP_SEATS,
        plan.WORKSHOP_CATEGORIES,
    )  # fmt: skip
    meeting = _event(
        session, ids["ditta"], plan.MEETING, plan.meeting_facts(), plan.MEETING_TEXTS, plan.MEETING_SEATS,
        plan.MEETING_CATEGORIES,
    )  # fmt: skip
    dinner = _event(
        session, ids["ditta"], plan.DINNER, plan.dinner_facts(), plan.DINNER_TEXTS, plan.DINNER_SEATS, (),
        **plan.DINNER_LINE,
    )  # fmt: skip
    add_question(session, dinner, plan.DISHES, 1)
    _event(
        session, ids["cocir"], plan.ROUND_TABLE, plan.round_table_facts(), plan.ROUND_TABLE_TEXTS,
        plan.ROUND_TABLE_SEATS, (), **plan.ROUND_TABLE_LINE,
    )  # fmt: skip
    gala = _event(session, ids["cocir"], plan.GALA, plan.gala_facts(), plan.GALA_TEXTS, plan.GALA_SEATS, ())
    for rank, (title, url, locale) in enumerate(plan.GALA_MATERIALS):
        add_material(session, gala, title, url, locale, rank)
    create_programme(
        session,
        ids["ditta"],
        "DITTA annual meeting and workshop",
        "A workshop on nomenclatures in the morning, the annual meeting after it, a dinner to end the day.",
        "All are held in Brussels on the same day, and all have limited space.",
        [workshop, meeting, dinner],
        requires={dinner.id: meeting.id},
    )
    speak(session, meeting)


def _event(
    session: Session,
    organiser_id: int,
    slug: str,
    facts: Facts,
    texts: Sequence[Text],
    seats: int,
    categories: Sequence[tuple[CategoryFacts, int | None]],
    **line: Any,
) -> Event:
    event = create_event(session, organiser_id, facts, texts, current_app.config["UID_HOST"], slug)
    gates.open_queue(session, event.id, seats, **line)
    for rank, (category, capacity) in enumerate(categories):
        made = add_category(session, event, category, rank)
        if capacity is not None:
            gates.add_pool(session, event.id, "category", made.id, capacity)
    add_question(session, event, NEEDS, 0)
    return event


def _hold_gala(crowd: Crowd) -> None:
    """Fill the gala as it was filled then, let most of its guests in, and leave its mails in the past."""
    starts_at = plan.gala_facts().starts_at
    with clock.running(lambda: starts_at - timedelta(days=40)):
        for party in [2] * 58 + [1] * 4:
            _register(crowd, plan.GALA, party)
    with clock.running(lambda: starts_at - timedelta(days=3)):
        _cancel_one(plan.GALA)
    write_tx(lambda session: _let_in(session, starts_at + timedelta(minutes=20)))


def _let_in(session: Session, at: datetime) -> None:
    event_id = select(Event.id).where(Event.slug == plan.GALA).scalar_subquery()
    seated = select(Registration.id).where(
        Registration.event_id == event_id, Registration.state == rules.CONFIRMED, Registration.place % 12 != 0
    )
    session.execute(update(Attendee).where(Attendee.registration_id.in_(seated)).values(checked_in_at=at))
    session.execute(
        update(Registration).where(Registration.id.in_(seated)).values(inside=Registration.size),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.event_id == event_id, OutgoingMessage.state == PENDING)
        .values(state=SUPERSEDED, last_error="demo: the gala is over")
    )


def _fill_meeting(crowd: Crowd) -> None:
    for facts in plan.meeting_sessions():
        add_session(event_id(plan.MEETING), facts, ATTENDEE)
    sessions = sessions_of(plan.MEETING)
    for index, party in enumerate([1, 2, 1, 3, 1, 2, 1, 1, 4, 1, 2, 1, 1, 1, 2, 1, 3, 1, 1, 2, 1, 1]):
        category = ("Member", "Member", "Non-member", "Speaker", "Press", "Staff")[index % 6]
        picked = (sessions[index % 3],) if index % 3 < 2 else ()
        _register(crowd, plan.MEETING, party if category != "Press" else 1, category, picked)
    _cancel_one(plan.MEETING)


def _fill_workshop(crowd: Crowd) -> None:
    """Fill it, let eight parties wait, then promote one by a cancellation and take one out."""
    for party in [2, 1, 1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1]:
        _register(crowd, plan.WORKSHOP, party, "Member")
    for party in [1, 2, 3, 1, 1, 2, 1, 1, 1, 1]:
        _register(crowd, plan.WORKSHOP, party, "Non-member")
    _cancel_one(plan.WORKSHOP)
    _remove_one(plan.WORKSHOP)
    _shrink_one(plan.WORKSHOP)


def _register(
    crowd: Crowd, slug: str, party: int, category: str | None = None, sessions: tuple[int, ...] = ()
) -> None:
    people = party_of(crowd, party, slug, category, sessions=sessions)
    apply(people, (Wish(event_id(slug), people),))


def _seated(slug: str, least: int = 1) -> Registration:
    return db.session.scalars(
        select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(Event.slug == slug, Registration.state == rules.CONFIRMED, Registration.size >= least)
        .order_by(Registration.place)
        .limit(1)
    ).one()


def _cancel_one(slug: str) -> None:
    registration = _seated(slug)
    cancel(Target(registration.event_id, registration.id, registration.booking_id), ATTENDEE)


def _remove_one(slug: str) -> None:
    registration = _seated(slug)
    owner = db.session.scalars(select(Account.id).where(Account.email == "owner.ditta@example.org")).one()
    target = Target(registration.event_id, registration.id)
    cancel(target, organiser_actor(owner), "Registered twice by mistake.")


def _shrink_one(slug: str) -> None:
    registration = _seated(slug, least=3)
    target = Target(registration.event_id, registration.id, registration.booking_id)
    attendee_id = db.session.scalars(
        select(Attendee.id)
        .where(Attendee.registration_id == target.registration_id)
        .order_by(Attendee.rank.desc())
    ).first()
    assert attendee_id is not None
    cancel_attendee(target, attendee_id, ATTENDEE)


def _sign_ins(session: Session) -> list[SignIn]:
    """Make the accounts, or give those that are there new passwords: none is ever stored or fixed."""
    found = []
    for email, name, slug, role in TEAM:
        account = session.scalar(select(Account).where(Account.email == email))
        if account is None:
            organiser = session.scalars(select(Organiser).where(Organiser.slug == slug)).one()
            account, password = create_account(session, email, name)
            add_member(session, account, organiser, role)
        else:
            password = new_password(session, account)
        found.append(SignIn(email, password, slug, role))
    return found


def _described(sign_ins: Sequence[SignIn]) -> Demo:
    session = db.session()
    events = session.scalars(select(Event).order_by(Event.starts_at)).all()
    bookings = []
    for slug in (plan.WORKSHOP, plan.MEETING):
        for state in (rules.CONFIRMED, rules.WAITLISTED):
            booking_id = session.scalar(
                select(Registration.booking_id)
                .join(Event, Event.id == Registration.event_id)
                .where(Event.slug == slug, Registration.state == state)
                .order_by(Registration.place)
                .limit(1)
            )
            token = None if booking_id is None else token_of(session, booking_id, BOOKING)
            if token is not None:
                bookings.append((slug, state, token))
    return Demo(
        sign_ins=sign_ins,
        organisers=list(session.execute(select(Organiser.slug, Organiser.name)).all()),
        events=[(event.slug, words(event, event.locale).title) for event in events],
        programmes=list(session.scalars(select(Programme.slug))),
        bookings=bookings,
    )
