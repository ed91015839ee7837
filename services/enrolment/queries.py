"""What enrolment can be asked: classes, and enrolments with how far their learners are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.enrolment.model import (
    Annulment,
    Class,
    CourseVersion,
    CourseWithdrawal,
    Enrolment,
    EnrolmentJob,
    LessonMark,
    Offer,
    RefusedLine,
    Result,
)
from services.enrolment.model.classes import ClassNotFound
from services.enrolment.model.jobs import JobNotFound
from services.enrolment.model.rule import Assessment, Lesson
from shared.ids import NATIONAL

Fact = TypeVar("Fact", LessonMark, Result)

_ANNULLED = (
    select(Annulment.attempt).where(Annulment.tenant == Result.tenant, Annulment.attempt == Result.attempt).exists()
)


@dataclass(frozen=True)
class LessonProgress:
    """A lesson of the version enrolled in, and when the learner marked it as done."""

    lesson: Lesson
    marked_at: datetime | None


@dataclass(frozen=True)
class AssessmentProgress:
    """An assessment of the version enrolled in, and the learner's best score in basis points."""

    assessment: Assessment
    best_score: int | None


@dataclass(frozen=True)
class Study:
    """An enrolment with the course version begun, and every fact that decides its completion."""

    enrolment: Enrolment
    course: CourseVersion
    marks: Sequence[LessonMark] = ()
    results: Sequence[Result] = ()

    @property
    def lessons(self) -> list[LessonProgress]:
        """The lessons in the order of the course."""
        marked = {mark.lesson: mark.marked_at for mark in self.marks}
        return [LessonProgress(lesson, marked.get(lesson.id)) for lesson in self.course.rule.lessons]

    @property
    def assessments(self) -> list[AssessmentProgress]:
        """The assessments in the order of the course."""
        rule = self.course.rule
        return [AssessmentProgress(one, rule.best(one.id, self.results)) for one in rule.assessments]


def classes_of(tenant: UUID, *, course: UUID | None) -> Select[Class]:
    """Give the query of a city's classes, in one course if one is named."""
    classes = select(Class).where(Class.tenant == tenant)
    return classes if course is None else classes.where(Class.course == course)


def class_of(session: Session, tenant: UUID, class_id: UUID) -> Class:
    """Give a class of a city. Raises `ClassNotFound`."""
    found = session.scalar(select(Class).where(Class.tenant == tenant, Class.id == class_id))
    if found is None:
        raise ClassNotFound("There is no such class.")
    return found


def places_taken(session: Session, class_: Class) -> int:
    """Count the places of a class that are taken: by who learns there or has completed."""
    places = select(func.count(Enrolment.id)).where(
        Enrolment.tenant == class_.tenant, Enrolment.class_id == class_.id, Enrolment.state != "closed"
    )
    return session.scalar(places) or 0


def enrolments_of(tenant: UUID, person: UUID) -> Select[Enrolment]:
    """Give the query of a person's enrolments."""
    return select(Enrolment).where(Enrolment.tenant == tenant, Enrolment.person == person)


def jobs_of(tenant: UUID, *, by: UUID | None) -> Select[EnrolmentJob]:
    """Give the query of the jobs that a person asked for, or of all those of a city."""
    jobs = select(EnrolmentJob).where(EnrolmentJob.tenant == tenant)
    return jobs if by is None else jobs.where(EnrolmentJob.asked_by == by)


def job_of(session: Session, tenant: UUID, job_id: UUID, *, by: UUID | None) -> EnrolmentJob:
    """Give a job of a city, and only one that `by` asked for if that is given. Raises `JobNotFound`."""
    found = session.scalar(jobs_of(tenant, by=by).where(EnrolmentJob.id == job_id))
    if found is None:
        raise JobNotFound("There is no such job.")
    return found


def refusals_of(job: EnrolmentJob) -> Select[RefusedLine]:
    """Give the query of the lines of a job that enrolled nobody."""
    return select(RefusedLine).where(RefusedLine.tenant == job.tenant, RefusedLine.job == job.id)


def studies(session: Session, enrolments: Sequence[Enrolment]) -> list[Study]:
    """Give enrolments, of whatever tenants, with their course versions and facts: three statements for any number."""
    if not enrolments:
        return []
    courses = _courses_of(session, enrolments)
    marks = _facts(session, LessonMark, enrolments)
    results = _facts(session, Result, enrolments, ~_ANNULLED)
    return [Study(one, courses[_version_of(one)], marks[one.id], results[one.id]) for one in enrolments]


def trains(session: Session, person: UUID, enrolment: Enrolment) -> bool:
    """Tell whether a person trains the class of an enrolment, or its course."""
    class_ = class_of(session, enrolment.tenant, enrolment.class_id)
    if class_.is_trained_by(person):
        return True
    # Who trains a course changes with its versions; the newest one says who does now.
    course = newest_version(session, [enrolment.provider], enrolment.course)
    return course is not None and course.is_trained_by(person)


def newest_version(session: Session, owners: Iterable[UUID], course: UUID) -> CourseVersion | None:
    """Give the newest version of a course, or None while none is known."""
    versions = select(CourseVersion).where(CourseVersion.tenant.in_(owners), CourseVersion.course == course)
    return session.scalar(versions.order_by(CourseVersion.version.desc()).limit(1))


def course_with_offer(session: Session, tenant: UUID, course: UUID) -> tuple[CourseVersion, Offer | None, bool] | None:
    """Give a course's newest version, the offer by which a city may know it, and whether it is withdrawn.

    The offer is None for a course of its own; None is given for one that is not known here or was never offered.
    """
    offered = and_(Offer.tenant == tenant, Offer.course == CourseVersion.course, Offer.provider == CourseVersion.tenant)
    withdrawn = and_(
        CourseWithdrawal.tenant == CourseVersion.tenant,
        CourseWithdrawal.course == CourseVersion.course,
        CourseWithdrawal.sequence > CourseVersion.sequence,
    )
    newest = (
        select(CourseVersion, Offer, CourseWithdrawal.sequence)
        .outerjoin(Offer, offered)
        .outerjoin(CourseWithdrawal, withdrawn)
        .where(CourseVersion.course == course)
        .where(or_(CourseVersion.tenant.in_((tenant, NATIONAL)), Offer.course.is_not(None)))
        .order_by(CourseVersion.version.desc())
        .limit(1)
    )
    row = session.execute(newest).one_or_none()
    return None if row is None else (row[0], row[1], row[2] is not None)


def _courses_of(session: Session, enrolments: Sequence[Enrolment]) -> dict[tuple[UUID, UUID, int], CourseVersion]:
    key = tuple_(CourseVersion.tenant, CourseVersion.course, CourseVersion.version)
    wanted = {_version_of(one) for one in enrolments}
    versions = session.scalars(select(CourseVersion).where(key.in_(wanted)))
    return {(one.tenant, one.course, one.version): one for one in versions}


def _version_of(enrolment: Enrolment) -> tuple[UUID, UUID, int]:
    return enrolment.provider, enrolment.course, enrolment.version


def _facts(
    session: Session, kind: type[Fact], enrolments: Sequence[Enrolment], *only: ColumnElement[bool]
) -> dict[UUID, list[Fact]]:
    ids, tenants = {one.id for one in enrolments}, {one.tenant for one in enrolments}
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in session.scalars(select(kind).where(kind.tenant.in_(tenants), kind.enrolment.in_(ids), *only)):
        found[fact.enrolment].append(fact)
    return found
