"""Wrong passwords in a row, and how long a name waits after too many of them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base

FORGOTTEN_AFTER = timedelta(hours=24)
"""How long after the last try the tries before it count."""


@dataclass(frozen=True, kw_only=True)
class LockRules:
    """How many wrong passwords are free, and how long a name waits at most."""

    tries: int = 5
    ceiling: timedelta = timedelta(minutes=30)

    def wait_after(self, tries: int) -> timedelta:
        """Give the wait after so many wrong passwords in a row: none, then 1, 2, 4, ... minutes up to the ceiling."""
        over = tries - self.tries
        if over < 0:
            return timedelta(0)
        # Whoever guesses for days must not make the power grow without end.
        return min(timedelta(minutes=2 ** min(over, 20)), self.ceiling)


class SignInTries(Base, kind="record"):
    """The tries at a name since the last right password, whoever made them and whether or not the name exists.

    It is read before a tenant is known. The name is kept as a hash, because people type other things into that field
    too, and for a day at most.
    """

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_end", "expires_at"),)

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    locked_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    def is_locked(self, at: datetime) -> bool:
        """Tell whether the name still has to wait."""
        return self.locked_until is not None and at < self.locked_until

    def count(self, at: datetime, rules: LockRules) -> bool:
        """Count a try, which is wrong until it proves right; tell whether the name waits after it."""
        if self.expires_at <= at:
            self.tries = 0
        self.tries += 1
        self.expires_at = at + FORGOTTEN_AFTER
        wait = rules.wait_after(self.tries)
        self.locked_until = at + wait if wait else None
        return self.locked_until is not None


def hash_name(name: str) -> str:
    """Give what is kept of a name that was typed: BLAKE2b in hexadecimal, 64 characters."""
    return hashlib.blake2b(name.encode(errors="replace"), digest_size=32, person=b"sign-in").hexdigest()
