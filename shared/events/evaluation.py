"""What evaluation says: which competencies there are, what raters found of whom, and whose level changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.events.base import Event
from shared.events.catalogue import Scope
from shared.events.enrolment import DayMinutes

EvidenceKind = Literal["rating", "score", "activity"]

DisplayClass = Literal["suppressed", "count only", "preliminary", "shown"]

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
    """Something was found of a person or done by them outside the courses, dated on a local day.

    A *rating* is a level (1 to 5) of a competency that a rater found. A *score* lies on the level scale, with its
    standard error of measurement `sem`, both in levels. An *activity* counts learning hours: the JP form, its scope
    and the minutes by local day. `piece` is the evidence's id; fields of the other kinds are None or empty.
    """

    piece: UUID
    person: UUID
    kind: EvidenceKind
    dated_on: date
    competency: str | None = None
    level: int | None = None
    score: float | None = None
    sem: float | None = None
    rater_role: RaterRole | None = None
    form: str | None = None
    scope: Scope | None = None
    minutes: tuple[DayMinutes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EvidenceWithdrawn(Event, type="wiyata.evaluation.evidence.withdrawn.v1", about="piece", key="person"):
    """A piece of evidence (a rating, an attempt, or an enrolment for its completion) no longer speaks of a competency.

    `competency` is None for an activity, whose hours it takes back. It holds for every revision of the piece, also for
    one that comes later; it moves the profile and never a gain.
    """

    piece: UUID
    person: UUID
    competency: str | None
    reason: WithdrawalReason


@dataclass(frozen=True, kw_only=True)
class CompetencyLevelChanged(Event, type="wiyata.evaluation.competency.level.changed.v1", about="person", key="person"):
    """A person's level changed because of an event, `cause`; None stands for "not assessed"."""

    person: UUID
    competency: str
    from_: int | None
    to: int | None
    cause: UUID


@dataclass(frozen=True, kw_only=True)
class ProgrammeMeasured(Event, type="wiyata.evaluation.programme.measured.v1", about="course"):
    """How much the people of a city gained in a course, as far as the display rule lets it be shown.

    `n` counts pairs of pre- and post-test, None when suppressed. `gain` is the mean of post minus pre with its
    interval `low` to `high`, in basis points; `g` the standardised gain, where only a preliminary one may be shown
    the shrunk one. `as_of` is the time of the newest event behind it.
    """

    course: UUID
    programme: UUID
    display: DisplayClass
    n: int | None
    gain: float | None
    low: float | None
    high: float | None
    g: float | None
    as_of: datetime
    rule_set: str
