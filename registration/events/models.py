"""Events and what describes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration.accounts.models import Organiser
from registration.core import clock
from registration.core.database import Model, UtcDateTime
from registration.events.asking import ATTENDEE, KINDS

_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)

PUBLIC, UNLISTED = "public", "unlisted"
# Who sees a paper.
ALL, ATTENDEES = "all", "attendees"


def _translations() -> Any:
    """Words in other languages than the event's own, by language and column (events/wording.py)."""
    return mapped_column(JSON, default=dict, server_default="{}")


class Event(Model):
    """Something held once, at one time and place, with limited seats.

    An unlisted one is found by its link alone. *access_code* is kept as it was typed: it is shared by
    all who were told, the organiser must be able to read it again, and it guards a form, no person's data.

    *revision* and *changed_at* move with every edit and keep cached pages true. *sequence* is the
    calendar's (RFC 5545 §3.8.7.4); the revisions and moments of calendars move when an entry shows the
    edit (calendar_marks.py): that of everybody, or the *seat* ones of those who are registered.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint("status IN ('draft', 'published', 'cancelled')", name="status_known"),
        CheckConstraint("visibility IN ('public', 'unlisted')", name="visibility_known"),
        Index("ix_event_organiser_id_starts_at", "organiser_id", "starts_at"),
        Index("ix_event_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(64))
    all_day: Mapped[bool] = mapped_column(default=False)
    venue: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    online_url: Mapped[str] = mapped_column(String(500), default="")
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shows_seats: Mapped[bool] = mapped_column(default=True)
    has_waitlist: Mapped[bool] = mapped_column(default=True)
    visibility: Mapped[str] = mapped_column(String(16), default=PUBLIC)
    by_invitation: Mapped[bool] = mapped_column(default=False)
    access_code: Mapped[str] = mapped_column(String(60), default="")
    locale: Mapped[str] = mapped_column(String(16), default="en")
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What the entries of those who have a seat carry: minutes before the start to ring, and a text.
    alarm_minutes: Mapped[int | None]
    calendar_note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    calendar_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    calendar_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    calendar_mark: Mapped[str] = mapped_column(String(16), default="", server_default="")
    seat_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    seat_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    seat_mark: Mapped[str] = mapped_column(String(16), default="", server_default="")

    @property
    def public_changed_at(self) -> datetime:
        """When last something changed that everybody's calendar shows."""
        return self.calendar_changed_at or self.changed_at

    @property
    def own_changed_at(self) -> datetime:
        """When last something changed that the calendars of those who are registered show."""
        return self.seat_changed_at or self.changed_at

    organiser: Mapped[Organiser] = relationship()
    texts: Mapped[list["EventText"]] = relationship(order_by="EventText.locale")
    categories: Mapped[list["Category"]] = relationship(order_by="Category.rank")
    sessions: Mapped[list["EventSession"]] = relationship(
        order_by="EventSession.starts_at, EventSession.rank"
    )
    # Those that are asked; archived ones keep their answers and are found by their id.
    questions: Mapped[list["Question"]] = relationship(
        primaryjoin="and_(Question.event_id == Event.id, Question.archived_at.is_(None))",
        order_by="Question.rank",
        viewonly=True,
    )
    materials: Mapped[list["Material"]] = relationship(order_by="Material.rank")


class EventText(Model):
    """The words of an event in one language; the description is Markdown."""

    __tablename__ = "event_text"
    __table_args__ = (UniqueConstraint("event_id", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    locale: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    # In other languages than the event's own, which stands beside its alarm.
    calendar_note: Mapped[str] = mapped_column(String(500), default="", server_default="")


class Programme(Model):
    """Linked events on one page."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(16), default="en")
    translations: Mapped[dict[str, dict[str, Any]]] = _translations()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organiser: Mapped[Organiser] = relationship()


class ProgrammeEvent(Model):
    """An event's place in a programme. Who wants to come to it may have to come to another one too."""

    __tablename__ = "programme_event"
    __table_args__ = (
        Index("ix_programme_event_event_id", "event_id"),
        CheckConstraint("requires_event_id <> event_id", name="requires_another"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)
    requires_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))


class Category(Model):
    """A kind of attendee. Its capacity, if it has one, is a pool of the seats feature."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(300), default="")
    translations: Mapped[dict[str, dict[str, Any]]] = _translations()
    rank: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_code: Mapped[str] = mapped_column(String(60), default="")


class EventSession(Model):
    """A part of an event that people pick. Its capacity, if it has one, is a pool of the seats feature.

    One that is not *is_offered* any more stays with those who picked it.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(300), default="")
    translations: Mapped[dict[str, dict[str, Any]]] = _translations()
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rank: Mapped[int] = mapped_column(default=0)
    is_offered: Mapped[bool] = mapped_column(default=True, server_default=true())


class Question(Model):
    """What the organiser asks of each attendee, or once of the contact (*scope*).

    *category_ids* limit it to people of these categories; it may be shown only when an earlier
    question has *when_answer*. A sensitive one says why it is asked and for how long it is kept. One
    that was answered is archived instead of removed.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("scope IN ('attendee', 'booking')", name="scope_known"),
        Index("ix_question_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(300))
    hint: Mapped[str] = mapped_column(String(300), default="")
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    # What answers, conditions and translations call each of the choices: it stays when words or order change.
    choice_ids: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    translations: Mapped[dict[str, dict[str, Any]]] = _translations()
    is_required: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)
    scope: Mapped[str] = mapped_column(String(16), default=ATTENDEE)
    category_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    when_question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    when_answer: Mapped[str] = mapped_column(String(300), default="")
    purpose: Mapped[str] = mapped_column(String(300), default="")
    retention: Mapped[str] = mapped_column(String(200), default="")
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Material(Model):
    """Something published after the event: a title and where it lies, which is a web address or our file."""

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint("audience IN ('all', 'attendees')", name="audience_known"),
        Index("ix_material_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    locale: Mapped[str] = mapped_column(String(16), default="en")
    rank: Mapped[int] = mapped_column(default=0)
    audience: Mapped[str] = mapped_column(String(16), default=ALL)


class MaterialFile(Model):
    """The file of a paper, under our own name.

    It lies in the database and not in a folder: several web servers share the database alone, and a
    backup takes all. A table of its own, so that no list reads the contents.
    """

    __tablename__ = "material_file"

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
