"""What enrolment can be asked: classes, and enrolments with how far their learners are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.enrolment.model import Class, CourseVersion, Enrolment, LessonMark, Result
from services.enrolment.model.classes import ClassNotFound
from services.enrolment.model.enrolments import EnrolmentNotFound
from services.enrolment.model.rule import Assessment, Lesson
from shared.ids import NATIONAL

Fact = TypeVar("Fact", LessonMark, Result)


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


def enrolments_of(tenant: UUID, person: UUID) -> Select[Enrolment]:
    """Give the query of a person's enrolments."""
    return select(Enrolment).where(Enrolment.tenant == tenant, Enrolment.person == person)


def study_of(
    session: Session, tenant: UUID, enrolment_id: UUID, *, by: UUID, everyone: bool, as_trainer: bool
) -> Study:
    """Give an enrolment to its learner, to one who may see `everyone`, or to a trainer of its course.

    Raises `EnrolmentNotFound` for any other person too, so that nobody learns which ids exist.
    """
    enrolment = session.scalar(select(Enrolment).where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id))
    if enrolment is None or not (
        everyone or enrolment.person == by or (as_trainer and _trains(session, by, enrolment))
    ):
        raise EnrolmentNotFound("There is no such enrolment.")
    return studies(session, [enrolment])[0]


def studies(session: Session, enrolments: Sequence[Enrolment]) -> list[Study]:
    """Give enrolments, of whatever tenants, with their course versions and facts: three statements for any number."""
    if not enrolments:
        return []
    courses = _courses_of(session, enrolments)
    marks, results = _facts(session, LessonMark, enrolments), _facts(session, Result, enrolments)
    return [Study(one, courses[_version_of(one)], marks[one.id], results[one.id]) for one in enrolments]


def newest_version(session: Session, owners: Iterable[UUID], course: UUID) -> CourseVersion | None:
    """Give the version of a course that a learner who enrols now begins, or None while none is known."""
    versions = select(CourseVersion).where(CourseVersion.tenant.in_(owners), CourseVersion.course == course)
    return session.scalar(versions.order_by(CourseVersion.version.desc()).limit(1))


def owners_seen_by(tenant: UUID) -> tuple[UUID, UUID]:
    """Give the tenants whose courses a city can learn: its own, and national ones."""
    return tenant, NATIONAL


def _trains(session: Session, person: UUID, enrolment: Enrolment) -> bool:
    # Who trains a course changes with its versions; the newest one says who does now.
    course = newest_version(session, [enrolment.provider], enrolment.course)
    return course is not None and course.is_trained_by(person)


def _courses_of(session: Session, enrolments: Sequence[Enrolment]) -> dict[tuple[UUID, UUID, int], CourseVersion]:
    key = tuple_(CourseVersion.tenant, CourseVersion.course, CourseVersion.version)
    wanted = {_version_of(one) for one in enrolments}
    versions = session.scalars(select(CourseVersion).where(key.in_(wanted)))
    return {(one.tenant, one.course, one.version): one for one in versions}


def _version_of(enrolment: Enrolment) -> tuple[UUID, UUID, int]:
    return enrolment.provider, enrolment.course, enrolment.version


def _facts(session: Session, kind: type[Fact], enrolments: Sequence[Enrolment]) -> dict[UUID, list[Fact]]:
    ids, tenants = {one.id for one in enrolments}, {one.tenant for one in enrolments}
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in session.scalars(select(kind).where(kind.tenant.in_(tenants), kind.enrolment.in_(ids))):
        found[fact.enrolment].append(fact)
    return found
