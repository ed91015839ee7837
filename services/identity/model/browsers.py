"""Sessions of browsers on the sign-in pages."""

import hmac
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base, hash_secret, new_secret

UNKNOWN_LIFE = timedelta(hours=1)
SIGNED_IN_LIFE = timedelta(hours=10)


class BrowserSession(Base, kind="record"):
    """What a browser's cookie stands for. Only the hash of the cookie is kept, so that a stolen copy signs nobody in.

    A browser that signs in gets another session: one that somebody planted in it beforehand is worth nothing.
    """

    __tablename__ = "browser_sessions"
    __table_args__ = (Index("ix_browser_sessions_person", "person_id"), Index("ix_browser_sessions_end", "expires_at"))

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    form_token: Mapped[str] = mapped_column(String(64))
    tenant: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    signed_in_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    @classmethod
    def of_somebody(cls, *, at: datetime) -> tuple[str, Self]:
        """Begin a session of a browser that has not signed in. Gives the cookie's value and what is kept of it."""
        cookie = new_secret()
        kept = cls(id_hash=hash_secret(cookie), form_token=new_secret(), expires_at=at + UNKNOWN_LIFE)
        return cookie, kept

    @classmethod
    def of_person(cls, *, tenant: UUID, person_id: UUID, at: datetime) -> tuple[str, Self]:
        """Begin a session of a browser whose person has just signed in."""
        cookie, kept = cls.of_somebody(at=at)
        kept.tenant, kept.person_id, kept.signed_in_at = tenant, person_id, at
        kept.expires_at = at + SIGNED_IN_LIFE
        return cookie, kept

    def is_open(self, at: datetime) -> bool:
        """Tell whether the session still counts."""
        return at < self.expires_at

    def knows(self, form_token: str) -> bool:
        """Tell whether a form came from a page of this session."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())
