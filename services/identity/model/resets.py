"""Names typed by people who forgot their password."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base

ASKED_AGAIN_AFTER = timedelta(minutes=5)
"""How long a name that was typed before causes no further mail."""


class PasswordReset(Base, kind="record"):
    """Somebody typed a name because the password is forgotten, whether or not anybody has that name.

    A row is written for every name alike, so that the time of the answer does not tell which names exist; an errand
    makes mails of those that do. The name is kept as a hash, for minutes.
    """

    __tablename__ = "password_resets"
    __table_args__ = (Index("ix_password_resets_end", "expires_at"), Index("ix_password_resets_person", "person_id"))

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    queued: Mapped[bool]
    expires_at: Mapped[datetime]
