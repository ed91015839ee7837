"""The facts that evaluation hears, as short as tests need them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from shared import clock
from shared.events import Event
from shared.events.assessment import AttemptAnnulled, AttemptGraded, MarkedItem
from shared.events.catalogue import CoursePublished, Outcome, PinnedAssessment, Scope, TestRole
from shared.events.enrolment import (
    ClosingReason,
    CompletionRevoked,
    DayMinutes,
    EnrolmentClosed,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn, RaterRole
from shared.events.identity import JobDefined, PersonAssigned, PersonErased, Post, TenantDefined, UnitDefined
from shared.ids import new_id

START = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TODAY = date(2026, 11, 3)
"""The local day of `START` in Jakarta, where it is three in the morning already."""

LEVEL = 3
RIGHT, WRONG = 10_000, 0


@dataclass(frozen=True)
class Study:
    """An enrolment of a person in a course, and the events about it."""

    tenant: UUID
    person: UUID = field(default_factory=new_id)
    course: UUID = field(default_factory=new_id)
    enrolment: UUID = field(default_factory=new_id)
    competency: str = "PP"
    class_: UUID | None = None
    programme: UUID | None = None
    unit: UUID | None = None

    def enrolled(self, at: datetime = START) -> LearnerEnrolled:
        return LearnerEnrolled(**self._dimensions(), time=at, opens=TODAY, closes=None, sequence=1)

    def started(self, on: date = TODAY) -> LearningStarted:
        return LearningStarted(**self._dimensions(), time=START, started_on=on, sequence=2)

    def closed(self, reason: ClosingReason = "withdrawn", *, on: date = TODAY, sequence: int = 3) -> EnrolmentClosed:
        return EnrolmentClosed(**self._dimensions(), time=START, reason=reason, closed_on=on, sequence=sequence)

    def graded(
        self,
        role: TestRole,
        right: int,
        *,
        of: int = 20,
        revision: int = 1,
        attempt: UUID | None = None,
        assessment: UUID | None = None,
        day: int = 0,
        competencies: Iterable[str] | None = None,
    ) -> AttemptGraded:
        """An attempt at so many four-option items of level 3 for each competency was marked."""
        at = START + timedelta(days=day)
        items = [
            MarkedItem(id=new_id(), competency=code, level=LEVEL, score=RIGHT if place < right else WRONG, c=0.25)
            for code in competencies or [self.competency]
            for place in range(of)
        ]
        return AttemptGraded(
            **self._dimensions(),
            time=at + timedelta(minutes=revision),
            attempt=attempt or new_id(),
            revision=revision,
            assessment=assessment or new_id(),
            assessment_version=1,
            role=role,
            score=RIGHT * right // of,
            handed_in_at=at,
            handed_in_on=clock.local_day(at, ZONE),
            items=tuple(items),
            sequence=revision,
        )

    def completed(
        self,
        pre: int | None = 4000,
        post: int | None = 8000,
        *,
        revision: int = 1,
        minutes: Mapping[date, int] | None = None,
        form: str = "C3",
        scope: Scope = "domestic",
        on: date = TODAY,
        outcomes: Iterable[str] | None = None,
        at: datetime | None = None,
    ) -> TrainingCompleted:
        return TrainingCompleted(
            **self._dimensions(),
            time=at or START + timedelta(hours=revision),
            revision=revision,
            outcomes=tuple(
                Outcome(competency=one, level=LEVEL)
                for one in (outcomes if outcomes is not None else [self.competency])
            ),
            form=form,
            scope=scope,
            minutes=tuple(
                DayMinutes(day=day, minutes=count) for day, count in ({on: 90} if minutes is None else minutes).items()
            ),
            pre=pre,
            post=post,
            completed_on=on,
            sequence=10 * revision - 1,
        )

    def annulled(self, attempt: UUID, *, sequence: int = 9) -> AttemptAnnulled:
        return AttemptAnnulled(
            **self._dimensions(),
            attempt=attempt,
            reason="irregularity",
            time=START + timedelta(hours=sequence),
            sequence=sequence,
        )

    def revoked(self, revision: int = 1, *, sequence: int | None = None) -> CompletionRevoked:
        """The completion of a revision was undone; it is said between that revision and the next."""
        return CompletionRevoked(
            **self._dimensions(),
            revision=revision,
            reason="corrected_mark",
            time=START + timedelta(hours=revision, minutes=30),
            sequence=10 * revision if sequence is None else sequence,
        )

    def whole(self) -> list[Event]:
        """Everything that is said about a learner who passes."""
        return [self.enrolled(), self.graded("pre", 12), self.graded("post", 20), self.completed(6000, 10_000)]

    def _dimensions(self) -> dict[str, Any]:
        return {
            "tenant": self.tenant,
            "enrolment": self.enrolment,
            "person": self.person,
            "course": self.course,
            "version": 1,
            "class_": self.class_ or self.course,
            "programme": self.programme or self.course,
            "provider": self.tenant,
            "unit": self.unit,
        }


def rated(
    tenant: UUID,
    person: UUID,
    level: int,
    *,
    piece: UUID | None = None,
    competency: str = "PP",
    by: RaterRole = "assessment_centre",
    on: date = TODAY,
) -> EvidenceRecorded:
    return EvidenceRecorded(
        tenant=tenant,
        piece=piece or new_id(),
        person=person,
        kind="rating",
        competency=competency,
        level=level,
        rater_role=by,
        dated_on=on,
        time=START,
        sequence=1,
    )


def scored(
    tenant: UUID, person: UUID, score: float, sem: float = 0.6, *, competency: str = "PP", on: date = TODAY
) -> EvidenceRecorded:
    return EvidenceRecorded(
        tenant=tenant,
        piece=new_id(),
        person=person,
        kind="score",
        competency=competency,
        score=score,
        sem=sem,
        rater_role="assessment_centre",
        dated_on=on,
        time=START,
        sequence=1,
    )


def did(
    tenant: UUID, person: UUID, form: str, minutes: Mapping[date, int], *, scope: Scope = "domestic"
) -> EvidenceRecorded:
    """An activity outside the courses was verified."""
    return EvidenceRecorded(
        tenant=tenant,
        piece=new_id(),
        person=person,
        kind="activity",
        form=form,
        scope=scope,
        minutes=tuple(DayMinutes(day=day, minutes=count) for day, count in minutes.items()),
        dated_on=max(minutes),
        time=START,
        sequence=1,
    )


def erased(tenant: UUID, person: UUID) -> PersonErased:
    return PersonErased(tenant=tenant, person=person, time=START + timedelta(days=1), sequence=3)


def withdrawn(
    tenant: UUID, person: UUID, piece: UUID, competency: str | None = "PP", *, sequence: int = 2
) -> EvidenceWithdrawn:
    return EvidenceWithdrawn(
        tenant=tenant,
        piece=piece,
        person=person,
        competency=competency,
        reason="recorded_in_error",
        time=START,
        sequence=sequence,
    )


def tenant_defined(tenant: UUID) -> TenantDefined:
    return TenantDefined(tenant=tenant, kind="city", zone=ZONE, sequence=1)


def unit_defined(tenant: UUID, unit: UUID, parent: UUID | None = None, sequence: int = 1) -> UnitDefined:
    return UnitDefined(
        tenant=tenant,
        unit=unit,
        parent=parent,
        unit_type="bidang",
        name=f"Bidang {sequence}",
        valid_from=date(2020, 1, 1),
        sequence=sequence,
    )


def job_defined(tenant: UUID, job: str) -> JobDefined:
    return JobDefined(tenant=tenant, job=job, position_type="pelaksana", name=f"Jabatan {job}", sequence=1)


def post(unit: UUID, job: str = "J1", *, primary: bool = True, until: date | None = None) -> Post:
    return Post(id=new_id(), unit=unit, job=job, primary=primary, valid_from=date(2020, 1, 1), valid_to=until)


def assigned(
    tenant: UUID,
    person: UUID,
    *posts: Post,
    contract: date | None = None,
    sequence: int = 1,
    civil_servant: bool = True,
    at: datetime = START,
) -> PersonAssigned:
    kind: Literal["PNS", "PPPK"] = "PPPK" if contract else "PNS"
    return PersonAssigned(
        tenant=tenant,
        person=person,
        employment_type=kind if civil_servant else None,
        contract_start=contract,
        posts=posts,
        sequence=sequence,
        time=at,
    )


def published(
    tenant: UUID, course: UUID, version: int = 1, *, minimums: Mapping[UUID, int] | None = None
) -> CoursePublished:
    """A version of a course, with the post-tests that must be passed and their minimums in basis points."""
    assessments = [
        PinnedAssessment(id=one, version=1, role="post", must_pass=True, minimum=minimum)
        for one, minimum in (minimums or {}).items()
    ]
    return CoursePublished(
        tenant=tenant,
        course=course,
        version=version,
        programme=course,
        provider=tenant,
        title=f"Pelayanan publik {version}",
        trainers=(),
        form="C3",
        scope="domestic",
        outcomes=(Outcome(competency="PP", level=LEVEL),),
        lessons=(),
        assessments=tuple(assessments),
        sequence=version,
    )
