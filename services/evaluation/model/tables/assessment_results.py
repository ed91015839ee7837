"""Results of raters as they were recorded, and which evidence was withdrawn: what evaluation itself decided."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Double, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, NotYetKnown


class ResultsWereTakenMeanwhile(Conflict):
    """Another import recorded some of the same results at the same moment."""


class EvidenceIsNotYetKnown(NotYetKnown):
    """No such evidence has arrived here, or it does not speak of that competency."""


class EvidenceIsYourOwn(Forbidden):
    """Nobody decides what speaks of themselves."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A level from 1 to 5, or a score on that scale with its standard error of measurement, both in levels."""

    level: int | None = None
    score: float | None = None
    sem: float | None = None

    def __str__(self) -> str:
        return f"level {self.level}" if self.score is None else f"score {self.score} ± {self.sem}"


class AssessmentResult(TenantOwned, Base, kind="record"):
    """What raters of one role found of a competency of a person on a day: there is one such result.

    It is a `level`, or else a `score` on the level scale with its standard error of measurement `sem`. `piece` is the
    evidence that was recorded last; once that is `withdrawn`, a result may be recorded anew in its place.
    """

    __tablename__ = "assessment_results"
    __table_args__ = (UniqueConstraint("tenant", "piece"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    rater_role: Mapped[str] = mapped_column(String(20), primary_key=True)
    dated_on: Mapped[date] = mapped_column(Date, primary_key=True)
    piece: Mapped[UUID]
    level: Mapped[int | None]
    score: Mapped[float | None] = mapped_column(Double)
    sem: Mapped[float | None] = mapped_column(Double)
    withdrawn: Mapped[bool]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]

    @property
    def found(self) -> Finding:
        """Give what was found."""
        return Finding(self.level, self.score, self.sem)

    def record_anew(self, piece: UUID, found: Finding, *, by: UUID, at: datetime) -> None:
        """Put another piece of evidence in the place of one that was withdrawn."""
        self.piece, self.withdrawn = piece, False
        self.level, self.score, self.sem = found.level, found.score, found.sem
        self.recorded_by, self.recorded_at = by, at


class Withdrawal(TenantOwned, Base, kind="record"):
    """An analyst's decision that a piece of evidence no longer speaks of a competency; it is said once."""

    __tablename__ = "withdrawals"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    piece: Mapped[UUID] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
