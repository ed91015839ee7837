"""What can be asked of the catalogue. Drafts are shown to those who edit the course, and to nobody else."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from services.catalogue.editors import may_edit
from services.catalogue.model import (
    Competency,
    Course,
    CourseTrainer,
    CourseVersion,
    KnownAssessment,
    Lesson,
    Material,
)
from shared.errors import NotFound
from shared.ids import NATIONAL
from shared.web.caller import Caller
from shared.web.pagination import Page, page


class NoSuchCourse(NotFound):
    """There is no such course, or it is not published and the caller does not edit it."""


class NoSuchVersion(NotFound):
    """The course has no such version, or it is a draft and the caller does not edit it."""


class NoSuchLesson(NotFound):
    """The version has no such lesson."""


class NoSuchMaterial(NotFound):
    """No lesson of the version has such a file."""


def courses_for(session: Session, by: Caller, *, limit: int, after: str | None) -> Page[CourseVersion]:
    """Give the courses the caller sees, by title: the current version of each, or the draft of one they edit."""
    shown = case((Course.current > 0, Course.current), else_=1)
    statement = select(CourseVersion).join(Course).where(CourseVersion.number == shown)
    if not by.holds("administrator"):
        trained = exists().where(CourseTrainer.version_id == CourseVersion.id, CourseTrainer.person == by.id)
        statement = statement.where(or_(Course.current > 0, trained) if by.holds("trainer") else Course.current > 0)
    statement = statement.options(joinedload(CourseVersion.course), selectinload(CourseVersion.lessons))
    return page(session, statement, by=(CourseVersion.title, CourseVersion.id), limit=limit, after=after)


def course_for(session: Session, course_id: UUID, by: Caller) -> Course:
    """Give a course that the caller sees. Raises `NoSuchCourse`."""
    course = session.scalar(select(Course).where(Course.id == course_id))
    if course is None or not (course.current or may_edit(course, by)):
        raise NoSuchCourse("There is no such course.")
    return course


def version_for(session: Session, course_id: UUID, number: int, by: Caller) -> CourseVersion:
    """Give a version of a course; one that was ever published stays open to all. Raises `NoSuchVersion`."""
    course = course_for(session, course_id, by)
    version = course.version(number)
    if version is None or not (version.is_published or may_edit(course, by)):
        raise NoSuchVersion(f"The course has no version {number}.", version=number)
    return version


def lesson_of(session: Session, version: CourseVersion, lesson_id: UUID) -> Lesson:
    """Give a lesson with its text. Raises `NoSuchLesson`."""
    statement = select(Lesson).where(Lesson.version_id == version.id, Lesson.id == lesson_id)
    lesson = session.scalar(statement.options(undefer(Lesson.body)))
    if lesson is None:
        raise NoSuchLesson("The version has no such lesson.")
    return lesson


def load_texts(session: Session, versions: Iterable[CourseVersion]) -> None:
    """Read the texts of all lessons of versions at once, because they are left out when lessons are listed."""
    numbers = [version.id for version in versions]
    session.scalars(select(Lesson).where(Lesson.version_id.in_(numbers)).options(undefer(Lesson.body))).all()


def material_of(version: CourseVersion, material_id: UUID) -> Material:
    """Give a file of one of the version's lessons. Raises `NoSuchMaterial`."""
    found = next((one for one in version.materials if one.id == material_id), None)
    if found is None:
        raise NoSuchMaterial("No lesson of the version has such a file.")
    return found


def competencies_in_force(session: Session, tenant: UUID) -> dict[str, str]:
    """Give the names by code of the newest version of each framework, the tenant's own before the national one."""
    newest = (
        select(Competency.tenant, Competency.framework, func.max(Competency.version))
        .where(Competency.tenant.in_((tenant, NATIONAL)))
        .group_by(Competency.tenant, Competency.framework)
    )
    place = tuple_(Competency.tenant, Competency.framework, Competency.version)
    rows = session.scalars(select(Competency).where(place.in_(newest))).all()
    return {one.code: one.name for one in sorted(rows, key=lambda one: one.tenant == tenant)}


def known_assessments(session: Session, tenant: UUID, codes: Collection[str]) -> dict[str, KnownAssessment]:
    """Give the newest version of the assessments with these codes, the tenant's own before national ones."""
    statement = select(KnownAssessment).where(
        KnownAssessment.tenant.in_((tenant, NATIONAL)), KnownAssessment.code.in_(codes)
    )
    rows = session.scalars(statement).all()
    return {one.code: one for one in sorted(rows, key=lambda one: one.tenant == tenant)}
