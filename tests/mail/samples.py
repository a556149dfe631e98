"""One mail of each kind, as it goes out: what its reviewed snapshots and its pictures are made of.

Each is arranged by the real services in a copy of one small database, on a day that stands still.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from registration.accounts import messages as accounts
from registration.accounts.models import Account
from registration.booking.admission.services import register
from registration.booking.calendar.owner import owner_of
from registration.booking.calendar.services import mail_feed
from registration.booking.changes.cancel import cancel_attendee
from registration.booking.changes.change_address import ask_address, confirm_address
from registration.booking.changes.edit import change_people
from registration.booking.changes.handover import Successor, Taking, hand_over, refuse, take_over
from registration.booking.changes.party import add_people, change_choice
from registration.booking.changes.send_links import send_links
from registration.booking.changes.written import Corrected
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.event_settings.waitlist import change_line
from registration.booking.models import Attendee, Booking
from registration.booking.notifications import handover as handing
from registration.booking.notifications import kinds
from registration.booking.notifications import notify as notifications_notify
from registration.booking.notifications.kinds import SHAPES
from registration.booking.notifications.notify import announce_one
from registration.booking.rules import Application, Person, Wish
from registration.capability.services import BOOKING, find
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventText
from registration.events.services import CategoryFacts
from registration.firms import messages as firms
from registration.firms.services import COORDINATOR
from registration.invitations.messages import INVITED, REMINDED
from registration.invitations.rules import Guest
from registration.invitations.services import add_guests, remind_unanswered, send_invitations
from registration.journal.services import ATTENDEE, SYSTEM, Actor
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import enqueue
from registration.mail.worker import _written
from registration.organiser.access.services import WaysIn, change_ways_in
from registration.organiser.mailing import services as mailing_services
from registration.organiser.mailing.models import Mailing
from registration.organiser.parts.services import add_category
from registration.seats import rules
from registration.seats.models import Registration
from registration.seats.rules import LinePolicy
from tests import factories
from tests.factories import Made, target

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2027, 3, 11, 18, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=4)
DEADLINE = datetime(2027, 3, 5, 16, 0, tzinfo=UTC)
TITLES = {
    "fr": ("Dîner de gala 2027", "Atelier sur les nomenclatures"),
    "nl": ("Galadiner 2027", "Workshop over nomenclaturen"),
    "de": ("Galadinner 2027", "Workshop zu Nomenklaturen"),
    "zh": ("2027 年晚宴", "术语研讨会"),
}
BEFORE = {
    "starts_at": (STARTS - timedelta(days=7)).isoformat(),
    "ends_at": (ENDS - timedelta(days=7)).isoformat(),
    "time_zone": "Europe/Brussels",
    "all_day": False,
    "location": "Flagey, Brussels",
}
HOUR_BEFORE = BEFORE | {
    "starts_at": (STARTS - timedelta(hours=1)).isoformat(),
    "ends_at": (ENDS - timedelta(hours=1)).isoformat(),
    "location": "Autoworld, Brussels",
}
MOVED_SESSION = {
    "name": "Toasts",
    "starts_at": (STARTS + timedelta(hours=2)).isoformat(),
    "ends_at": (STARTS + timedelta(hours=3)).isoformat(),
    "was_starts_at": (STARTS + timedelta(hours=1)).isoformat(),
    "was_ends_at": (STARTS + timedelta(hours=2)).isoformat(),
}
OWN_WORDS = {
    "subject": "Parking",
    "body": "Dear {name},\n\nthe east gate of {where} is open from 18:30.\n\nSee you soon.",
}


@dataclass
class World:
    """What there is before the mail: Ada has two seats at the gala and waits for one at the workshop."""

    gala: Made
    workshop: Made
    booking_id: int
    registration: Registration


Arrange = Callable[[World], None]


@dataclass(frozen=True)
class Sample:
    """A kind of mail, how it comes about, and when it is written."""

    kind: str
    arrange: Arrange
    now: datetime = NOW


def _about_registration(kind: str, state: str = "", **facts: Any) -> Arrange:
    """Return what puts the gala's registration into *state* and tells of it by a mail of *kind*."""

    def arrange(world: World) -> None:
        status = "cancelled" if kind == kinds.EVENT_CANCELLED else "published"
        held = {"offer_expires_at": DEADLINE, "hold_expires_at": DEADLINE}
        ours = Registration.id == world.registration.id
        now = state or SHAPES[kind].claims or rules.CONFIRMED

        def work(session: Any) -> None:
            session.execute(update(Registration).where(ours).values(state=now, **held))
            session.execute(update(Event).where(Event.id == world.gala.id).values(status=status))
            announce_one(session, world.registration.id, kind, **facts)

        write_tx(work)

    return arrange


def _alone(world: World) -> None:
    factories.register(world.gala, "Ben Okafor", email="ben@example.org")


def _calendar(world: World) -> None:
    mail_feed(owner_of(db.session.get_one(Booking, world.booking_id)))


def _asked_to_take(world: World, actor: Actor = ATTENDEE) -> int:
    """Ask Cleo to take the second seat, and return the handover's id."""
    query = select(Attendee.id).where(Attendee.registration_id == world.registration.id, Attendee.rank == 1)
    cleo = Successor("Cleo Martin", "cleo@example.org", "Miers", "en")
    hand_over(target(world.registration), db.session.scalars(query).one(), cleo, actor)
    asked = select(OutgoingMessage.facts).where(OutgoingMessage.kind == handing.HANDOVER)
    return int(db.session.scalars(asked).one()["handover"])


def _taken(world: World, actor: Actor = ATTENDEE) -> None:
    agreed = (("registration", "I agree."),)
    take_over(_asked_to_take(world, actor), world.gala.id, Taking("Cleo Martin", "Miers", "en", (), agreed))


def _address_changed(world: World) -> None:
    ask_address(world.booking_id, "ada.lovelace@example.org")
    confirm_address(world.booking_id, [world.gala.id, world.workshop.id])


def _chosen(*hours: int, state: str = rules.CONFIRMED) -> Arrange:
    """Return what makes Ada a member, with a session at each of *hours*, while she is in *state*."""

    def arrange(world: World) -> None:
        add_category(world.gala.id, CategoryFacts("Member"), None, SYSTEM)
        begins = [STARTS + timedelta(hours=hour) for hour in hours]
        facts = [
            SessionFacts(name, begin, begin + timedelta(hours=1))
            for name, begin in zip(("Toasts", "Music"), begins, strict=False)
        ]
        sessions = [add_session(world.gala.id, one, SYSTEM) for one in facts]
        values = {"state": state, "offer_expires_at": DEADLINE}
        ours = update(Registration).where(Registration.id == world.registration.id)
        write_tx(lambda session: session.execute(ours.values(values)))
        ada = factories.attendees(world.registration)[0].id
        category = db.session.scalars(select(Category.id)).one()
        change_choice(target(world.registration), ada, category, sessions, ATTENDEE)

    return arrange


def _grown(world: World, *names: str) -> None:
    """Let more people wait with Ada where there are seats for three, which nobody gets by herself."""
    change_line(world.workshop.id, LinePolicy(promotion=rules.MANUAL), SYSTEM)
    change_capacity(world.workshop.id, factories.pool(world.workshop).id, 3, SYSTEM)
    waiting = select(Registration).where(
        Registration.booking_id == world.booking_id, Registration.event_id == world.workshop.id
    )
    add_people(target(db.session.scalars(waiting).one()), [Person(one) for one in names])


def _lowered(world: World) -> None:
    """Let Ada's party be three where there are as many seats, and then only two."""
    _grown(world, "Cleo Martin", "Ben Okafor")
    change_capacity(world.workshop.id, factories.pool(world.workshop).id, 2, SYSTEM)


def _own_address(world: World) -> None:
    ben = factories.attendees(world.registration)[1]
    change_people(target(world.registration), [Corrected(ben.id, ben.name, "ben@example.org", "")], ATTENDEE)


def _own_seat_ended(world: World, actor: Actor, *, by_self: bool = False) -> None:
    _own_address(world)
    ben = factories.attendees(world.registration)[1]
    cancel_attendee(target(world.registration), ben.id, actor, by_self=by_self)


def _mailing(world: World) -> None:
    def work(session: Any) -> None:
        mailing = Mailing(
            event_id=world.gala.id, filters={}, state="queued", created_at=clock.now(), **OWN_WORDS
        )
        session.add(mailing)
        session.flush()
        announce_one(session, world.registration.id, kinds.MESSAGE)
        session.execute(
            update(OutgoingMessage).where(OutgoingMessage.kind == kinds.MESSAGE).values(mailing_id=mailing.id)
        )

    write_tx(work)


def _sample(world: World) -> None:
    factories.make_account("owner@example.org", "owner")
    account = db.session.scalars(select(Account)).one()
    event = db.session.get_one(Event, world.gala.id)
    told = OWN_WORDS | {"registration": world.registration.id}
    mailing_services.send_sample(account, event, told, "en")


def _account(what: str) -> Arrange:
    def arrange(world: World) -> None:
        factories.make_account("owner@example.org", "owner")
        account = db.session.scalars(select(Account)).one()
        mail = accounts.mail_about(account, what, "en")
        write_tx(lambda session: enqueue(session, mail))

    return arrange


def _invited(world: World) -> None:
    change_ways_in(world.workshop.id, WaysIn(by_invitation=True), SYSTEM)
    add_guests(world.workshop.id, [Guest("cleo@example.org", "Cleo Martin")], "en", 1, SYSTEM)
    send_invitations(world.workshop.id, SYSTEM)


def _reminded(world: World) -> None:
    _invited(world)
    with clock.running(lambda: NOW + timedelta(days=3)):
        remind_unanswered(world.workshop.id, SYSTEM)


_OF_REGISTRATIONS = {
    kind: Sample(kind, _about_registration(kind))
    for kind in SHAPES
    if kind
    not in (
        kinds.REMINDER,
        kinds.MOVED,
        kinds.SESSION_MOVED,
        kinds.CHANGED,
        kinds.TOO_LARGE,
        kinds.REMOVED,
        kinds.REJECTED,
        kinds.SEAT_ENDED,
        kinds.RECONFIRM,
    )
}
_REASON = "The room is smaller than we thought"
# By name: the kind, and behind a hyphen what is special.
SAMPLES: Mapping[str, Sample] = {
    **_OF_REGISTRATIONS,
    "confirmed-alone": Sample(kinds.CONFIRMED, _alone),
    "confirmed-own": Sample(kinds.CONFIRMED, _own_address),
    "seat_ended": Sample(kinds.SEAT_ENDED, lambda world: _own_seat_ended(world, ATTENDEE)),
    "seat_ended-self": Sample(kinds.SEAT_ENDED, lambda world: _own_seat_ended(world, ATTENDEE, by_self=True)),
    "seat_ended-organiser": Sample(kinds.SEAT_ENDED, lambda world: _own_seat_ended(world, SYSTEM)),
    "shrunk-self": Sample(kinds.SHRUNK, lambda world: _own_seat_ended(world, ATTENDEE, by_self=True)),
    "moved": Sample(kinds.MOVED, _about_registration(kinds.MOVED, before=BEFORE)),
    "session_moved": Sample(
        kinds.SESSION_MOVED,
        _about_registration(kinds.SESSION_MOVED, moved_session=MOVED_SESSION),
    ),
    "changed": Sample(kinds.CHANGED, _chosen(1, 2)),
    "changed-waitlisted": Sample(kinds.CHANGED, lambda world: _grown(world, "Cleo Martin")),
    "too_large": Sample(kinds.TOO_LARGE, _lowered),
    "changed-offered": Sample(kinds.CHANGED, _chosen(state=rules.OFFERED)),
    "changed-pending": Sample(kinds.CHANGED, _chosen(1, state=rules.PENDING)),
    "removed": Sample(kinds.REMOVED, _about_registration(kinds.REMOVED, reason=_REASON)),
    "shrunk-by-firm": Sample(kinds.SHRUNK, _about_registration(kinds.SHRUNK, by="coordinator")),
    "removed-by-firm": Sample(kinds.REMOVED, _about_registration(kinds.REMOVED, by="coordinator")),
    "rejected": Sample(
        kinds.REJECTED,
        _about_registration(kinds.REJECTED, reason="This meeting is for members"),
    ),
    "event_cancelled": Sample(
        kinds.EVENT_CANCELLED,
        _about_registration(kinds.EVENT_CANCELLED, reason="The speaker is ill"),
    ),
    "expired": Sample(kinds.EXPIRED, _about_registration(kinds.EXPIRED, was=rules.OFFERED)),
    "expired-unverified": Sample(kinds.EXPIRED, _about_registration(kinds.EXPIRED, was=rules.UNVERIFIED)),
    "expired-waitlisted": Sample(kinds.EXPIRED, _about_registration(kinds.EXPIRED, was=rules.WAITLISTED)),
    "reconfirm": Sample(
        kinds.RECONFIRM,
        _about_registration(kinds.RECONFIRM, deadline=DEADLINE.isoformat(), frees_seat=True),
    ),
    "reconfirm-again": Sample(
        kinds.RECONFIRM,
        _about_registration(kinds.RECONFIRM, deadline=DEADLINE.isoformat(), frees_seat=True, again=True),
    ),
    "removed-silence": Sample(
        kinds.REMOVED,
        _about_registration(
            kinds.REMOVED,
            by="silence",
            reason="We asked, and had no answer by Friday.",
        ),
    ),
    "moved-hour": Sample(kinds.MOVED, _about_registration(kinds.MOVED, before=HOUR_BEFORE)),
    "moved-waitlisted": Sample(
        kinds.MOVED, _about_registration(kinds.MOVED, state=rules.WAITLISTED, before=BEFORE)
    ),
    "reconfirm-kept": Sample(
        kinds.RECONFIRM,
        _about_registration(kinds.RECONFIRM, deadline=DEADLINE.isoformat(), frees_seat=False),
    ),
    "reminder": Sample(
        kinds.REMINDER,
        _about_registration(kinds.REMINDER),
        now=STARTS - timedelta(days=3),
    ),
    "reminder-today": Sample(
        kinds.REMINDER,
        _about_registration(kinds.REMINDER),
        now=STARTS - timedelta(hours=3),
    ),
    "reminder-tomorrow": Sample(
        kinds.REMINDER,
        _about_registration(kinds.REMINDER),
        now=STARTS - timedelta(days=1),
    ),
    "programme": Sample(kinds.PROGRAMME, lambda world: None),
    "message": Sample(kinds.MESSAGE, _mailing),
    "sample": Sample(kinds.SAMPLE, _sample),
    "calendar": Sample(notifications_notify.CALENDAR, _calendar),
    "handover": Sample(handing.HANDOVER, lambda world: _asked_to_take(world) and None),
    "not_taken": Sample(handing.NOT_TAKEN, lambda world: refuse(_asked_to_take(world))),
    "handover-by-firm": Sample(handing.HANDOVER, lambda world: _asked_to_take(world, COORDINATOR) and None),
    "not_taken-by-firm": Sample(handing.NOT_TAKEN, lambda world: refuse(_asked_to_take(world, COORDINATOR))),
    "handed-by-firm": Sample(handing.HANDED, lambda world: _taken(world, COORDINATOR)),
    "handed": Sample(handing.HANDED, _taken),
    "taken": Sample(handing.TAKEN, _taken),
    "address": Sample(
        handing.ADDRESS,
        lambda world: ask_address(world.booking_id, "ada.lovelace@example.org"),
    ),
    "address_left": Sample(handing.ADDRESS_LEFT, _address_changed),
    "address_new": Sample(handing.ADDRESS_NEW, _address_changed),
    "links": Sample(handing.LINKS, lambda world: send_links("ada@example.org", "en")),
    "firm": Sample(firms.KIND, lambda world: factories.make_coordinator() and None),
    "password_link": Sample(accounts.KIND, _account(accounts.LINK)),
    "password_reset": Sample(accounts.KIND, _account(accounts.RESET)),
    "password_changed": Sample(accounts.KIND, _account(accounts.CHANGED)),
    "invitation": Sample(INVITED, _invited),
    "invitation_reminder": Sample(REMINDED, _reminded, now=NOW + timedelta(days=3)),
}


class Office:
    """Writes the samples, in an application whose database it fills anew for each."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._origin = database.with_suffix(".origin")
        with clock.running(lambda: NOW):
            self._world = _made_world()
        self._close()
        shutil.copyfile(database, self._origin)
        self._arranged = ""
        self._message: OutgoingMessage | None = None

    def raw(self, name: str, locale: str) -> bytes:
        """Return the sample *name* in a language, as it would go out."""
        sample = SAMPLES[name]
        if self._arranged != name:
            self._arrange(sample)
            self._arranged = name
        message = self._message
        assert message is not None
        message.locale = locale
        with clock.running(lambda: sample.now):
            raw = _written(message)
        db.session.rollback()
        assert isinstance(raw, bytes), raw
        return raw

    def mail(self, name: str, locale: str) -> EmailMessage:
        """Return the sample *name* in a language, read back as a mail program would."""
        return message_from_bytes(self.raw(name, locale), EmailMessage, policy=policy.default)

    def _arrange(self, sample: Sample) -> None:
        self._close()
        shutil.copyfile(self._origin, self._database)
        with clock.running(lambda: NOW):
            sample.arrange(self._world)
        newest = select(OutgoingMessage).where(OutgoingMessage.kind == sample.kind)
        self._message = db.session.scalars(newest.order_by(OutgoingMessage.id.desc())).first()
        # Nobody keeps what is changed on it from here on.
        db.session.expunge(self._message)
        db.session.rollback()

    def _close(self) -> None:
        db.session.remove()
        db.engine.dispose()


def _made_world() -> World:
    made = {"starts_at": STARTS, "ends_at": ENDS, "venue": "Autoworld"}
    gala = factories.make_event(title="Gala dinner 2027", capacity=9, **made)
    workshop = factories.make_event(
        title="Workshop on nomenclatures", capacity=1, starts_in=timedelta(days=9), venue="Flagey"
    )
    write_tx(lambda session: session.add_all(_texts(gala, workshop)))
    factories.register(workshop, "Dora", email="dora@example.org")
    people = (Person("Ada Lovelace", "ada@example.org"), Person("Ben Okafor"))
    wishes = (Wish(gala.id, people), Wish(workshop.id, people[:1]))
    receipt = register(Application("key-of-ada", "Ada Lovelace", "ada@example.org", "", "en", wishes))
    assert receipt.token is not None
    db.session.rollback()
    opened = find(db.session(), receipt.token, BOOKING)
    assert opened is not None
    mine = Registration.booking_id == opened.subject_id, Registration.event_id == gala.id
    registration = db.session.scalars(select(Registration).where(*mine)).one()
    db.session.expunge(registration)
    return World(gala, workshop, opened.subject_id, registration)


def _texts(gala: Made, workshop: Made) -> Iterator[EventText]:
    for locale, titles in TITLES.items():
        for event, title in zip((gala, workshop), titles, strict=True):
            yield EventText(event_id=event.id, locale=locale, title=title)
