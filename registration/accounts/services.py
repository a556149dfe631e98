"""Set up organisers and their teams. Each function works in the transaction of its caller."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registration.accounts.models import Account, Membership, Organiser, SignedIn
from registration.core import clock, text, tokens
from registration.core.refusal import NotFound, Refusal
from registration.journal.services import SYSTEM, Actor, Note, record


class Role(StrEnum):
    """What a colleague may do at an organiser: everything, edit, read and export, or check in."""

    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"
    DOOR = "door"


OWNER, MANAGER, VIEWER, DOOR = Role.OWNER, Role.MANAGER, Role.VIEWER, Role.DOOR
ROLES = tuple(Role)


class SlugTaken(Refusal):
    """Another organiser has this name in its URLs."""

    code = "slug-taken"


class AccountExists(Refusal):
    """There is an account with this address already."""

    code = "account-exists"


class LastOwner(Refusal):
    """The organiser would be left without an owner."""

    code = "last-owner"


@dataclass(frozen=True)
class NewOrganiser:
    """What an organiser begins with; *slug* is made from *name* where it is empty."""

    name: str
    email: str
    slug: str = ""
    summary: str = ""
    website: str = ""
    locale: str = "en"
    time_zone: str = "Europe/Brussels"
    colour: str = ""


def create_organiser(session: Session, new: NewOrganiser, *, actor: Actor = SYSTEM) -> Organiser:
    """Create an organiser. Raises SlugTaken."""
    organiser = Organiser(
        slug=text.slugged(new.slug or new.name),
        name=text.line(new.name),
        email=_address(new.email),
        summary=text.line(new.summary),
        website=new.website,
        locale=new.locale,
        time_zone=new.time_zone,
        colour=new.colour,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(organiser)
    except IntegrityError:
        raise SlugTaken(
            _("There is an organiser “%(slug)s” already; choose another name.", slug=organiser.slug),
            field="slug",
        ) from None
    record(session, actor, Note("organiser.created", organiser_id=organiser.id))
    return organiser


def create_account(session: Session, email: str, name: str, *, actor: Actor = SYSTEM) -> tuple[Account, str]:
    """Create an account and return it with its password, made on the spot and kept nowhere.

    Raises AccountExists. Needs an application context for the hash.
    """
    password = _new_password()
    account = Account(
        email=_address(email),
        name=text.line(name),
        password=hash_password(password),
        active=True,
        fs_uniquifier=tokens.new_nonce(),
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        # Two who invite the same person at once meet the unique constraint here.
        raise AccountExists(_("There is an account with this address already."), field="email") from None
    record(session, actor, Note("account.created", facts={"account": account.id}))
    return account, password


def new_password(session: Session, account: Account, *, actor: Actor = SYSTEM) -> str:
    """Give *account* a password made on the spot, end its sessions, and return the password."""
    password = _new_password()
    account.password = hash_password(password)
    session.flush()
    end_sessions(session, account.id)
    record(session, actor, Note("account.password", facts={"account": account.id}))
    return password


def add_member(
    session: Session,
    account: Account,
    organiser: Organiser,
    role: str,
    *,
    actor: Actor = SYSTEM,
) -> Membership:
    """Give *account* the *role* at *organiser*, in place of the one it has. Raises LastOwner."""
    if role not in ROLES:
        raise Refusal(_("The role must be one of: %(roles)s.", roles=", ".join(ROLES)), field="role")
    _lock_account(session, account.id)
    _lock(session, organiser.id)
    member = _membership(session, account.id, organiser.id)
    before = member.role if member is not None else None
    if member is None:
        member = Membership(account_id=account.id, organiser_id=organiser.id, role=role)
        session.add(member)
    elif before == OWNER and role != OWNER:
        _keep_an_owner(session, organiser.id, account.id)
    member.role = role
    session.flush()
    note = Note(
        "member.role",
        organiser_id=organiser.id,
        before=before,
        after=role,
        facts={"account": account.id},
    )
    record(session, actor, note)
    return member


def remove_member(session: Session, account_id: int, organiser_id: int, *, actor: Actor = SYSTEM) -> None:
    """Take away what an account may do at an organiser; where that was all, its sessions end.

    Raises NotFound, LastOwner.
    """
    _lock(session, organiser_id)
    member = _membership(session, account_id, organiser_id)
    if member is None:
        raise NotFound(_("This person has no role here, or no longer."))
    if member.role == OWNER:
        _keep_an_owner(session, organiser_id, account_id)
    session.delete(member)
    session.flush()
    facts = {"account": account_id}
    record(session, actor, Note("member.removed", organiser_id=organiser_id, before=member.role, facts=facts))
    left = select(Membership.id).where(Membership.account_id == account_id).limit(1)
    if session.scalar(left) is None:
        end_sessions(session, account_id)


def close_account(session: Session, account_id: int, *, actor: Actor = SYSTEM) -> None:
    """Let nobody sign in with an account any more, and end its sessions. Raises LastOwner."""
    _lock_account(session, account_id)
    owned = select(Membership.organiser_id).where(
        Membership.account_id == account_id, Membership.role == OWNER
    )
    for organiser_id in sorted(session.scalars(owned)):
        _lock(session, organiser_id)
        _keep_an_owner(session, organiser_id, account_id)
    session.execute(update(Account).where(Account.id == account_id).values(active=False))
    end_sessions(session, account_id)
    record(session, actor, Note("account.closed", facts={"account": account_id}))


def open_account(session: Session, account_id: int, *, actor: Actor = SYSTEM) -> None:
    """Let an account that was closed sign in again."""
    session.execute(update(Account).where(Account.id == account_id).values(active=True))
    record(session, actor, Note("account.opened", facts={"account": account_id}))


def end_sessions(session: Session, account_id: int) -> None:
    """Sign an account out everywhere: cookies name the uniquifier that it had."""
    session.execute(delete(SignedIn).where(SignedIn.account_id == account_id))
    values = {"fs_uniquifier": tokens.new_nonce()}
    session.execute(update(Account).where(Account.id == account_id).values(**values))


def _lock_account(session: Session, account_id: int) -> None:
    # Before the organisers' gates: nobody is made owner while her account is being closed.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())


def _lock(session: Session, organiser_id: int) -> None:
    # The organiser's row is the gate: two owners who step down at once take turns here.
    session.execute(select(Organiser.id).where(Organiser.id == organiser_id).with_for_update())


def _membership(session: Session, account_id: int, organiser_id: int) -> Membership | None:
    return session.scalar(
        select(Membership)
        .where(Membership.account_id == account_id, Membership.organiser_id == organiser_id)
        .execution_options(populate_existing=True)
    )


def _keep_an_owner(session: Session, organiser_id: int, account_id: int) -> None:
    """Raise LastOwner unless another account that is open owns the locked organiser too."""
    other = (
        select(Membership.id)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.organiser_id == organiser_id,
            Membership.role == OWNER,
            Membership.account_id != account_id,
            Account.active,
        )
    )
    if session.scalar(other.limit(1)) is None:
        raise LastOwner(_("Someone must stay owner; make another person owner first."))


def _address(email: str) -> str:
    try:
        return text.normal_email(email)
    except ValueError:
        raise Refusal(
            _("Enter an email address in the correct format, like name@example.org."), field="email"
        ) from None


def _new_password() -> str:
    """Return 80 random bits in four groups that people can type."""
    return "-".join(tokens.new_code(4) for _group in range(4))
