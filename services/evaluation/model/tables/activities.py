"""Activities outside the courses as people record them, with the certificates that prove them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.activities import ActivityIsYourOwn, ActivityState, check_state
from services.evaluation.model.rule_sets import Scope
from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Invalid, NotFound

LONGEST_NAME = 200
LONGEST_REASON = 2000


class ActivityNotFound(NotFound):
    """There is no such activity, or not for this person."""


class CertificateNotFound(NotFound):
    """There is no such certificate of this person."""


class CertificateIsUsed(Conflict):
    """The same file proves another activity of this person."""


class CertificateIsOfNoKnownKind(Invalid):
    """A certificate is a PDF, a JPEG or a PNG by its content."""


class Certificate(TenantOwned, Base, kind="record"):
    """A file that a person uploaded; the same content is one certificate, however often it is sent."""

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("tenant", "person", "sha256"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(String(64))
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    uploaded_at: Mapped[datetime]


class CertificateContent(TenantOwned, Base, kind="record"):
    """The bytes of a certificate, apart so that no list reads them. `person` is whose it is."""

    __tablename__ = "certificate_contents"
    __table_args__ = (ForeignKeyConstraint(["tenant", "certificate"], ["certificates.tenant", "certificates.id"]),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    certificate: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Activity(TenantOwned, Base, kind="record"):
    """What a person did, and what became of it. `days` holds the minutes by day, `dated_on` is the last of them.

    `reason` is why it was returned or revoked. `piece` is the evidence that a verification recorded, a new one each
    time. `version` counts the states that it has been in.
    """

    __tablename__ = "activities"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "certificate"], ["certificates.tenant", "certificates.id"]),
        UniqueConstraint("tenant", "certificate"),
        UniqueConstraint("tenant", "piece"),
        Index("ix_activities_person", "tenant", "person"),
        Index("ix_activities_state", "tenant", "state", "submitted_at"),
    )

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID]
    form: Mapped[str] = mapped_column(String(20))
    scope: Mapped[Scope] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(LONGEST_NAME))
    organiser: Mapped[str] = mapped_column(String(LONGEST_NAME))
    days: Mapped[dict[str, int]] = mapped_column(JSON)
    dated_on: Mapped[date] = mapped_column(Date)
    certificate: Mapped[UUID | None]
    state: Mapped[ActivityState] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    piece: Mapped[UUID | None]
    version: Mapped[int]

    @property
    def minutes(self) -> dict[date, int]:
        """Give the minutes by local day."""
        return {date.fromisoformat(day): minutes for day, minutes in self.days.items()}

    def describe(self, said: Mapping[str, Any], minutes: Mapping[date, int]) -> None:
        """Take over what was done (form, scope, title, organiser and certificate), and the minutes of each day."""
        for name in ("form", "scope", "title", "organiser", "certificate"):
            setattr(self, name, said[name])
        self.days = {day.isoformat(): count for day, count in sorted(minutes.items())}
        self.dated_on = max(minutes)

    def submit_again(self, *, at: datetime) -> None:
        """Hand in a corrected description. Raises `ActivityIsNotOpen` once it is verified or withdrawn."""
        check_state(self.state, ("submitted", "returned", "revoked"), "corrected")
        self._move("submitted", None)
        self.submitted_at, self.decided_by, self.decided_at = at, None, None

    def withdraw(self) -> None:
        """Take it back, and let its certificate go. Raises `ActivityIsNotOpen` once it is verified."""
        check_state(self.state, ("submitted", "returned", "revoked", "withdrawn"), "withdrawn; ask an analyst")
        if self.state != "withdrawn":
            self._move("withdrawn", None)
            self.certificate = None

    def verify(self, piece: UUID, *, by: UUID, at: datetime) -> None:
        """Let it count as a piece of evidence. Raises `ActivityIsYourOwn` and `ActivityIsNotOpen`."""
        check_state(self.state, ("submitted",), "verified")
        self._decide("verified", None, by, at)
        self.piece = piece

    def return_(self, reason: str, *, by: UUID, at: datetime) -> None:
        """Give it back to be corrected. Raises `ActivityIsYourOwn` and `ActivityIsNotOpen`."""
        check_state(self.state, ("submitted",), "returned")
        self._decide("returned", reason, by, at)

    def revoke(self, reason: str, *, by: UUID, at: datetime) -> UUID:
        """Let it count no longer, and give the evidence to withdraw. Raises as `verify` does."""
        check_state(self.state, ("verified",), "revoked")
        self._decide("revoked", reason, by, at)
        if self.piece is None:
            raise ValueError("A verified activity has its piece of evidence.")
        return self.piece

    def _decide(self, state: ActivityState, reason: str | None, by: UUID, at: datetime) -> None:
        if by == self.person:
            raise ActivityIsYourOwn("Let somebody else decide about this activity: it is your own.")
        self._move(state, reason)
        self.decided_by, self.decided_at = by, at

    def _move(self, state: ActivityState, reason: str | None) -> None:
        self.state, self.reason = state, reason
        self.version += 1
