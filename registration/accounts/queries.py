"""Who is what at which organiser."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registration.accounts.models import Account, Membership, Organiser
from registration.accounts.signing import RECORDED
from registration.core.database import db
from registration.journal.models import JournalEntry


def organiser_by_slug(slug: str) -> Organiser | None:
    """Return the organiser for public pages; the back office asks `access.organiser_for`."""
    return db.session.scalar(select(Organiser).where(Organiser.slug == slug))


def organisers() -> Sequence[Organiser]:
    """Return all organisers, by name."""
    return db.session.scalars(select(Organiser).order_by(Organiser.name, Organiser.id)).all()


def accounts_with_roles() -> Sequence[Account]:
    """Return all accounts with their memberships and the organisers of these, by address."""
    return db.session.scalars(
        select(Account)
        .options(selectinload(Account.memberships).joinedload(Membership.organiser))
        .order_by(Account.email)
    ).all()


def account_by_email(email: str) -> Account | None:
    """Return the account with this address in its normal form."""
    return db.session.scalar(select(Account).where(Account.email == email))


def memberships(account: Account) -> Sequence[Membership]:
    """Return the memberships of *account* with their organisers, by the organiser's name."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.organiser)
        .where(Membership.account_id == account.id)
        .options(joinedload(Membership.organiser))
        .order_by(Organiser.name, Organiser.id)
    ).all()


def role_at(account: Account, organiser_id: int) -> str | None:
    """Return the role of *account* at the organiser, or None for a stranger."""
    return db.session.scalar(
        select(Membership.role).where(
            Membership.account_id == account.id, Membership.organiser_id == organiser_id
        )
    )


def sign_ins(organiser: Organiser, most: int = 50) -> Sequence[JournalEntry]:
    """Return the latest entries about signing in by the team of *organiser*, the newest first."""
    members = select(Membership.account_id).where(Membership.organiser_id == organiser.id)
    return db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.account_id.in_(members), JournalEntry.action.in_(RECORDED))
        .order_by(JournalEntry.id.desc())
        .limit(most)
    ).all()


def team(organiser: Organiser) -> Sequence[Membership]:
    """Return the memberships at *organiser* with their accounts, by address."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.account)
        .where(Membership.organiser_id == organiser.id)
        .options(joinedload(Membership.account))
        .order_by(Account.email)
    ).all()
