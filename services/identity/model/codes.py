"""One-time codes: the way to a first password, or to a new one."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base, hash_secret, new_secret

CODE_LIFE = timedelta(days=14)


class OneTimeCode(Base, kind="record"):
    """A code that sets a password once within 14 days. Only its hash is kept; a newer one replaces it.

    It belongs to the platform because it names its tenant: whoever opens the link has not said who they are.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_person", "person_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant: Mapped[UUID]
    person_id: Mapped[UUID]
    expires_at: Mapped[datetime]

    @classmethod
    def make(cls, *, tenant: UUID, person_id: UUID, at: datetime) -> tuple[str, Self]:
        """Make a code for a person. Gives the code itself, which nobody can read again, and what is kept."""
        code = new_secret()
        kept = cls(code_hash=hash_secret(code), tenant=tenant, person_id=person_id, expires_at=at + CODE_LIFE)
        return code, kept

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the code can still be used."""
        return at < self.expires_at
