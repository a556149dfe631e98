"""The mails to guests: decided with the change, written when they are sent."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from registration.booking.models import Invitation
from registration.events.models import Event
from registration.mail.outbox import Outgoing, enqueue

INVITED = "invitation"
REMINDED = "invitation-reminder"


def write_to(session: Session, event: Event, guests: Sequence[Invitation], *, reminds: bool = False) -> None:
    """Decide a mail to each of *guests*."""
    enqueue(
        session,
        *(
            Outgoing(
                kind=REMINDED if reminds else INVITED,
                locale=one.locale,
                to_name=one.name,
                to_email=one.email,
                organiser_id=event.organiser_id,
                event_id=event.id,
                facts={"invitation": one.id},
            )
            for one in guests
        ),
    )
