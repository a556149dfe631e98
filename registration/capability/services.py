"""Issue, find and revoke capability links."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from registration.capability.models import Capability
from registration.core import clock, tokens
from registration.core.among import among
from registration.core.database import table, write_rows
from registration.core.transaction_cache import keep, kept

BOOKING = "booking"
FEED = "feed"
VERIFY = "verify"
# A new address of a booking (subject: the booking), a seat to take over (the handover), all people of a
# firm (the coordinator).
ADDRESS = "address"
HANDOVER = "handover"
FIRM = "firm"
INVITATION = "invitation"
TEAM = "team"

_ISSUE = insert(table(Capability))
_LIVE = select(Capability.nonce, Capability.token_hash).where(
    Capability.purpose == bindparam("purpose"),
    Capability.subject_id == bindparam("subject"),
    Capability.revoked_at.is_(None),
)


def issue(
    session: Session, subject_ids: Sequence[int], *purposes: str, expires_at: datetime | None = None
) -> dict[int, dict[str, str]]:
    """Make one link for each of *purposes* to each subject and return the tokens by subject.

    They come again by `token_of`.
    """
    at = clock.now()
    secret_key = tokens.signing_keys()[0]
    rows = []
    made: dict[int, dict[str, str]] = {}
    for subject_id in subject_ids:
        made[subject_id] = {}
        for purpose in purposes:
            nonce = tokens.new_nonce()
            token = made[subject_id][purpose] = tokens.derived(secret_key, purpose, nonce)
            rows.append(
                {
                    "purpose": purpose,
                    "subject_id": subject_id,
                    "nonce": nonce,
                    "token_hash": tokens.hashed(token),
                    "created_at": at,
                    "expires_at": expires_at,
                }
            )
    write_rows(session, _ISSUE, rows)
    return made


def token_of(session: Session, subject_id: int, purpose: str) -> str | None:
    """Return the token of the live link, or None: there is none, or its secret key is gone."""
    row = kept(
        session,
        ("link", purpose, subject_id),
        lambda: session.execute(_LIVE, {"purpose": purpose, "subject": subject_id}).one_or_none(),
    )
    if row is None:
        return None
    for key in tokens.signing_keys():
        token = tokens.derived(key, purpose, row.nonce)
        if tokens.hashed(token) == row.token_hash:
            return token
    return None


def read_ahead(session: Session, subject_ids: Sequence[int], purpose: str) -> None:
    """Read at once what `token_of` reads for each subject."""
    rows = session.execute(
        select(Capability.subject_id, Capability.nonce, Capability.token_hash).where(
            Capability.purpose == purpose,
            among(Capability.subject_id, subject_ids),
            Capability.revoked_at.is_(None),
        )
    )
    found = {row.subject_id: row for row in rows}
    for subject_id in subject_ids:
        keep(session, ("link", purpose, subject_id), found.get(subject_id))


def find(session: Session, token: str, purpose: str) -> Capability | None:
    """Return the capability that *token* stands for, revoked ones included, or None."""
    return session.execute(
        select(Capability).where(Capability.token_hash == tokens.hashed(token), Capability.purpose == purpose)
    ).scalar_one_or_none()


def is_live(capability: Capability | None) -> bool:
    """Say whether the link still opens."""
    if capability is None or capability.revoked_at is not None:
        return False
    return capability.expires_at is None or capability.expires_at > clock.now()


def replace(session: Session, subject_id: int, purpose: str, expires_at: datetime | None = None) -> None:
    """Revoke the live link and issue a new one; of two who do that at once the later one's stays."""
    # Waits for the one before: the next statement then sees what that one issued.
    session.execute(
        select(Capability.id)
        .where(Capability.purpose == purpose, Capability.subject_id == subject_id)
        .order_by(Capability.id)
        .with_for_update(key_share=True)
    )
    revoke(session, subject_id, purpose)
    issue(session, [subject_id], purpose, expires_at=expires_at)


def renew(session: Session, subject_id: int, *purposes: str) -> None:
    """Replace the live links of *purposes*; where none lives, none is made."""
    living = session.scalars(
        select(Capability.purpose).where(
            Capability.subject_id == subject_id,
            Capability.purpose.in_(purposes),
            Capability.revoked_at.is_(None),
        )
    ).all()
    for purpose in living:
        replace(session, subject_id, purpose)


def was_replaced(session: Session, subject_id: int, purpose: str) -> bool:
    """Say whether a link was ended since the subject was made: who had that one may have lost the right."""
    ended = select(Capability.id).where(
        Capability.subject_id == subject_id,
        Capability.purpose == purpose,
        Capability.revoked_at.is_not(None),
    )
    return session.scalar(ended.limit(1)) is not None


def revoke(session: Session, subject_id: int, purpose: str) -> None:
    """End the live link; its address answers as revoked from now on."""
    session.execute(
        update(Capability)
        .where(
            Capability.purpose == purpose,
            Capability.subject_id == subject_id,
            Capability.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
