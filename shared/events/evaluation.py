"""What evaluation says: which competencies there are, what raters found of whom, and whose level changed."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.base import Event

EvidenceKind = Literal["rating"]

RaterRole = Literal["assessment_centre", "supervisor", "peer", "expert", "trainer"]

WithdrawalReason = Literal["recorded_in_error", "another_person", "unreliable", "dispute_upheld"]


@dataclass(frozen=True, kw_only=True)
class Competency:
    """A competency of a framework."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FrameworkPublished(Event, type="wiyata.evaluation.framework.published.v1", about="framework"):
    """A version of the tenant's competency framework is in force from a day on."""

    framework: UUID
    version: int
    valid_from: date
    competencies: tuple[Competency, ...]


@dataclass(frozen=True, kw_only=True)
class EvidenceRecorded(Event, type="wiyata.evaluation.evidence.recorded.v1", about="piece", key="person"):
    """A rater found a level (1 to 5) of a competency of a person, on a local day. `piece` is the evidence's id."""

    piece: UUID
    person: UUID
    kind: EvidenceKind
    competency: str
    level: int
    rater_role: RaterRole
    dated_on: date


@dataclass(frozen=True, kw_only=True)
class EvidenceWithdrawn(Event, type="wiyata.evaluation.evidence.withdrawn.v1", about="piece", key="person"):
    """A piece of evidence (a rating, an attempt, or an enrolment for its completion) no longer speaks of a competency.

    It holds for every revision of the piece, also for one that comes later; it moves the profile and never a gain.
    """

    piece: UUID
    person: UUID
    competency: str
    reason: WithdrawalReason


@dataclass(frozen=True, kw_only=True)
class CompetencyLevelChanged(Event, type="wiyata.evaluation.competency.level.changed.v1", about="person", key="person"):
    """A person's level changed because of an event, `cause`; None stands for "not assessed"."""

    person: UUID
    competency: str
    from_: int | None
    to: int | None
    cause: UUID
