"""Who looks after the people of a firm at an organiser's events."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registration.core.database import Model, UtcDateTime


class Coordinator(Model):
    """A person with one link for all people of her firm. *firm_folded* is what firms are matched by."""

    __tablename__ = "coordinator"
    __table_args__ = (UniqueConstraint("organiser_id", "firm_folded", "email_normal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    firm: Mapped[str] = mapped_column(String(200))
    firm_folded: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    email_normal: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
