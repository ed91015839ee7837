"""What assessment says: which assessments exist, and how attempts were marked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.events.base import Event
from shared.events.catalogue import Outcome, TestRole
from shared.events.enrolment import EnrolmentFact

AnnulmentReason = Literal["irregularity", "technical_failure", "taken_by_another"]


@dataclass(frozen=True, kw_only=True)
class AssessmentPublished(Event, type="wiyata.assessment.assessment.published.v1", about="assessment"):
    """A version of an assessment can be pinned by a course, under its code. `maximum` counts its questions."""

    assessment: UUID
    version: int
    code: str
    role: TestRole
    competencies: tuple[Outcome, ...]
    maximum: int


@dataclass(frozen=True, kw_only=True)
class MarkedItem:
    """One question's mark. `score` is in basis points; `c` the chance of guessing right.

    `a` and `b` are the discrimination and difficulty of a calibrated item, and None for one without calibration.
    """

    id: UUID
    competency: str
    level: int
    score: int
    c: float
    a: float | None = None
    b: float | None = None


@dataclass(frozen=True, kw_only=True)
class AttemptGraded(EnrolmentFact, type="wiyata.assessment.attempt.graded.v1", about="attempt"):
    """An attempt was marked. A re-mark says it again with the next revision. `score` is in basis points.

    `handed_in_on` is the local day of the learner's city.
    """

    attempt: UUID
    revision: int
    assessment: UUID
    assessment_version: int
    role: TestRole
    score: int
    handed_in_at: datetime
    handed_in_on: date
    items: tuple[MarkedItem, ...]


@dataclass(frozen=True, kw_only=True)
class AttemptAnnulled(EnrolmentFact, type="wiyata.assessment.attempt.annulled.v1", about="attempt"):
    """An attempt counts for nothing, in no revision: as if it had never been handed in."""

    attempt: UUID
    reason: AnnulmentReason
