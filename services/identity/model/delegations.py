"""Sign-ins that another provider has under way for us."""

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base, hash_secret, new_secret

LIFE = timedelta(minutes=10)


class DelegatedSignIn(Base, kind="record"):
    """A browser that was sent to the other provider, and what its return is checked by. It is taken once.

    The state comes back through the address, so that only its hash is kept; the verifier and the nonce never leave in
    the clear before they are needed.
    """

    __tablename__ = "delegated_sign_ins"
    __table_args__ = (Index("ix_delegated_sign_ins_end", "expires_at"),)

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    next: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]

    @classmethod
    def begin(cls, *, browser: str, next_: str, at: datetime) -> tuple[str, Self]:
        """Begin one for a browser, by the hash of its cookie. Gives the state and what is kept."""
        state = new_secret()
        kept = cls(
            state_hash=hash_secret(state),
            browser=browser,
            nonce=new_secret(),
            verifier=new_secret(),
            next=next_,
            expires_at=at + LIFE,
        )
        return state, kept

    def is_of(self, browser: str, at: datetime) -> bool:
        """Tell whether this browser began it, and not too long ago."""
        return self.browser == browser and at < self.expires_at
