"""Mails that wait to be sent, and the addresses under which people are found."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from services.identity.model.codes import Purpose
from services.identity.model.locks import hash_name
from shared.database import TenantOwned
from shared.ids import new_id

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
MOST_TRIES = 50
"""With these waits a mail is tried for two days, which is how long a mail server may be away without a loss."""


class Mail(TenantOwned, Base, kind="record"):
    """A mail with a one-time link to a person: queued in the commit of its cause, written and sent by an errand.

    Neither the address nor the secret of the link is kept here. The secret is made for each try and only its hash is
    stored, so that a copy of the database opens no account.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_person", "tenant", "person_id"),
        Index("ix_mails_due", "ended_at", "not_before"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(10))
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    tries: Mapped[int]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))

    @classmethod
    def queue(cls, *, tenant: UUID, person_id: UUID, purpose: Purpose, at: datetime) -> Self:
        """Make a mail that is due at once."""
        return cls(
            id=new_id(),
            tenant=tenant,
            person_id=person_id,
            purpose=purpose,
            queued_at=at,
            not_before=at,
            tries=0,
            ended_at=None,
            outcome="waiting",
        )

    def begin_try(self, at: datetime) -> None:
        """Count a try and set when the next one is due, before this one is made: it may end with its process."""
        self.not_before = at + min(FIRST_WAIT * 2 ** min(self.tries, 10), LONGEST_WAIT)
        self.tries += 1

    def note_sent(self, at: datetime) -> None:
        """Note that the mail server has taken it."""
        self.outcome, self.ended_at = "sent", at

    def note_failure(self, at: datetime, *, for_good: bool) -> None:
        """Note that a try failed: it is made again, unless the server refused for good or it was the last one."""
        if for_good or self.tries >= MOST_TRIES:
            self.give_up("refused" if for_good else "given_up", at)

    def give_up(self, outcome: str, at: datetime) -> None:
        """Note why it will never be sent."""
        self.outcome, self.ended_at = outcome, at


class MailAddress(Base, kind="record"):
    """Whose address it is, by its hash: whoever forgot a password may type it before a tenant is known."""

    __tablename__ = "mail_addresses"
    __table_args__ = (Index("ix_mail_addresses_address", "address_hash"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant: Mapped[UUID]
    address_hash: Mapped[str] = mapped_column(String(64))


def same_address(address: str) -> str:
    """Give an address as it is compared and signed in with: mail servers tell capitals apart, people do not."""
    return address.strip().casefold()


def hash_address(address: str) -> str:
    """Give what is compared of an address."""
    return hash_name(same_address(address))
