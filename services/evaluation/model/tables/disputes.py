"""Disputes: a person disagrees with a line of evidence, and an analyst decides."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, NotFound

Decision = Literal["dismissed", "upheld"]
State = Literal["open", "dismissed", "upheld"]

LONGEST_TEXT = 2000


class DisputeNotFound(NotFound):
    """There is no such dispute."""


class EvidenceIsAboutSomebodyElse(Forbidden):
    """Evidence is disputed by the person it is about."""


class EvidenceIsWithdrawn(Conflict):
    """The evidence counts no more, so there is nothing to dispute."""


class DisputeIsOpen(Conflict):
    """This line of evidence is disputed already, and nobody has decided yet."""


class DisputeIsDecided(Conflict):
    """The dispute was decided the other way."""


class DisputeIsYourOwn(Forbidden):
    """Nobody decides a dispute of their own."""


class Dispute(TenantOwned, Base, kind="record"):
    """What a person says against a line of evidence, and what an analyst answered.

    `number` counts the disputes of one line from 1. The texts are kept here alone and are in no event.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        UniqueConstraint("tenant", "piece", "competency", "number"),
        Index("ix_disputes_person", "tenant", "person"),
    )

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID]
    competency: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    person: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    def decide(self, decision: Decision, answer: str | None, *, by: UUID, at: datetime) -> bool:
        """Decide an open dispute, and tell whether that is new: the same decision again changes nothing.

        Raises `DisputeIsYourOwn` and `DisputeIsDecided`.
        """
        if by == self.person:
            raise DisputeIsYourOwn("Let another analyst decide this dispute: it is your own.")
        if self.state == decision:
            return False
        if self.state != "open":
            raise DisputeIsDecided(f"This dispute was {self.state} on {self.decided_at:%Y-%m-%d}.", state=self.state)
        self.state, self.answer, self.decided_by, self.decided_at = decision, answer, by, at
        return True
