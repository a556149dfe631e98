"""Organisers, accounts, and who is what at which organiser."""

from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration.core.database import Model, UtcDateTime


class Organiser(Model):
    """The body that hosts events."""

    __tablename__ = "organiser"
    __table_args__ = (
        CheckConstraint("calendar_mail IN ('invitation', 'attachment', 'none')", name="calendar_mail_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(254))
    website: Mapped[str] = mapped_column(String(500), default="")
    locale: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Brussels")
    colour: Mapped[str] = mapped_column(String(16), default="")
    # What mails carry for the calendar: an invitation (RFC 6047), a plain file, or nothing.
    calendar_mail: Mapped[str] = mapped_column(String(16), default="invitation", server_default="invitation")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Account(Model, UserMixin):
    """A person who signs in. Flask-Security prescribes the column names."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="account")


class SignedIn(Model):
    """One browser that somebody signed in with; its cookie holds the key, of which only a hash is kept."""

    __tablename__ = "signed_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Model):
    """The role of an account at an organiser."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", "organiser_id"),
        CheckConstraint("role IN ('owner', 'manager', 'viewer', 'door')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))

    account: Mapped[Account] = relationship(back_populates="memberships")
    organiser: Mapped[Organiser] = relationship()
