"""Send somebody the links of her bookings again."""

from sqlalchemy.orm import Session

from registration.booking.notifications.handover import LINKS
from registration.core.transaction import write_tx
from registration.mail.outbox import Outgoing, enqueue


def send_links(email: str, locale: str) -> None:
    """Decide a mail with all links of *email*.

    Whether the address is known is looked up when the mail is written: asking takes the same time
    and the same statements for every address, and tells nothing.
    """

    def work(session: Session) -> None:
        enqueue(session, Outgoing(LINKS, locale, "", email))

    write_tx(work)
