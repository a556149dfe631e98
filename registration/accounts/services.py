"""Set up organisers and their teams. Each function works in the transaction of its caller."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registration.accounts.models import Account, Membership, Organiser
from registration.core import clock, text, tokens
from registration.core.refusal import Refusal
from registration.journal.services import SYSTEM, Actor, Note, record

OWNER = "owner"
MANAGER = "manager"
VIEWER = "viewer"
DOOR = "door"
ROLES = (OWNER, MANAGER, VIEWER, DOOR)


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
    account.fs_uniquifier = tokens.new_nonce()
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
    member = session.scalar(
        select(Membership)
        .where(Membership.account_id == account.id, Membership.organiser_id == organiser.id)
        .with_for_update()
    )
    before = member.role if member is not None else None
    if member is None:
        member = Membership(account_id=account.id, organiser_id=organiser.id, role=role)
        session.add(member)
    elif before == OWNER and role != OWNER:
        _keep_an_owner(session, organiser)
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


def _keep_an_owner(session: Session, organiser: Organiser) -> None:
    # The organiser's row is the gate: two owners who step down at once take turns here.
    session.execute(select(Organiser.id).where(Organiser.id == organiser.id).with_for_update())
    owners = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.organiser_id == organiser.id, Membership.role == OWNER)
    )
    if owners == 1:
        raise LastOwner(_("Somebody must stay owner; make another person owner first."))


def _address(email: str) -> str:
    try:
        return text.normal_email(email)
    except ValueError:
        raise Refusal(
            _("This is no e-mail address; it looks like name@example.org."), field="email"
        ) from None


def _new_password() -> str:
    """Return 80 random bits in four groups that people can type."""
    return "-".join(tokens.new_code(4) for _group in range(4))
