"""One event with one of everything that belongs to it, for tests of who may open what."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text

from registration.booking.answers.uploads import keep
from registration.booking.changes.handover import Successor, hand_over
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Handover, Invitation
from registration.capability.services import BOOKING, FIRM, token_of
from registration.core.database import db
from registration.events.models import Event, Material
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.organiser.attendees.queries import Filters
from registration.organiser.mailing.services import draft
from registration.seats.models import Pool
from tests import factories
from tests.factories import make_event
from tests.invitations.arranging import invite
from tests.site.arranging import publish


@dataclass(frozen=True)
class World:
    """One event with one of everything, its addresses, and the ids of what belongs to it."""

    event: factories.Made
    organiser: str
    booking: str
    firm: str
    ids: dict[str, int]
    sister: str


def make_world(organiser: str, person: str) -> World:
    event = make_event(
        title=f"Of {organiser} {person}",
        organiser=organiser,
        categories={"Member": 5},
        questions=(QuestionFacts("Your paper", "file"), QuestionFacts("Diet")),
    )
    sister = make_event(title=f"Beside {person}", organiser=organiser)
    paper, _diet = event.questions
    file = keep(paper, person, "a.pdf", b"%PDF-1.7", 99)
    registered = factories.register(
        event, person, category="Member", firm=f"Firm {person}", answers=((paper, file),)
    )
    set_firm(event.id, FirmTerms(f"Firm {person}", 2, 1), SYSTEM)
    starts = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    hours = (starts, starts + timedelta(hours=1))
    session_id = add_session(event.id, SessionFacts("Codes", *hours), SYSTEM)
    invite(event, f"Guest{person}")
    publish(event, "Slides", "https://example.org/slides.pdf")
    [attendee] = factories.attendees(registered)
    hand_over(
        factories.target(registered),
        attendee.id,
        Successor("Cleo", f"{person}@x.example.org", "", "en"),
        ATTENDEE,
    )
    coordinator = factories.make_coordinator(
        organiser, f"Firm {person}", f"cora-{person.lower()}@example.org"
    )
    colleague = f"colleague-{person.lower()}@example.org"
    factories.make_account(colleague, "viewer", organiser)
    mailing = draft(event.id, "Parking", "Use the east gate.", Filters(), None)
    session = db.session()
    ids = {
        "registration_id": registered.id,
        "attendee_id": attendee.id,
        "pool_id": session.scalars(
            select(Pool.id).where(Pool.event_id == event.id, Pool.kind == "firm")
        ).one(),
        "category_id": event.categories["Member"],
        "session_id": session_id,
        "question_id": paper,
        "answer_id": session.execute(
            text("SELECT id FROM answer WHERE attendee_id = :one"), {"one": attendee.id}
        ).scalar_one(),
        "invitation_id": session.scalars(select(Invitation.id).where(Invitation.event_id == event.id)).one(),
        "material_id": session.scalars(select(Material.id).where(Material.event_id == event.id)).one(),
        "mailing_id": mailing,
        "message_id": session.scalars(
            select(OutgoingMessage.id).where(OutgoingMessage.registration_id == registered.id).limit(1)
        ).one(),
        "coordinator_id": coordinator,
        "account_id": factories.account_id(colleague),
        "handover_id": session.scalars(select(Handover.id).where(Handover.attendee_id == attendee.id)).one(),
    }
    booking = token_of(session, registered.booking_id, BOOKING) or ""
    firm = token_of(session, coordinator, FIRM) or ""
    db.session.rollback()
    return World(event, organiser, booking, firm, ids, sister.slug)
