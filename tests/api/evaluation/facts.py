"""The facts that evaluation hears, as short as tests need them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared import clock
from shared.events import Event
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.events.catalogue import CoursePublished, Outcome, Scope, TestRole
from shared.events.enrolment import DayMinutes, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn, RaterRole
from shared.events.identity import JobDefined, PersonAssigned, Post, TenantDefined, UnitDefined
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

    def graded(
        self,
        role: TestRole,
        right: int,
        *,
        of: int = 20,
        revision: int = 1,
        attempt: UUID | None = None,
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
            assessment=new_id(),
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
            sequence=revision + 1,
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


def withdrawn(
    tenant: UUID, person: UUID, piece: UUID, competency: str = "PP", *, sequence: int = 2
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
    tenant: UUID, person: UUID, *posts: Post, contract: date | None = None, sequence: int = 1
) -> PersonAssigned:
    return PersonAssigned(
        tenant=tenant,
        person=person,
        employment_type="PPPK" if contract else "PNS",
        contract_start=contract,
        posts=posts,
        sequence=sequence,
    )


def published(tenant: UUID, course: UUID, version: int = 1) -> CoursePublished:
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
        assessments=(),
        sequence=version,
    )
