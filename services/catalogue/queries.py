"""What can be asked of the catalogue. Drafts are shown to those who edit the course, and to nobody else."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from services.catalogue import model
from services.catalogue.editors import may_edit, require_editor
from services.catalogue.model import (
    Competency,
    Course,
    CourseTrainer,
    CourseVersion,
    KnownAssessment,
    KnownTenant,
    Lesson,
    Material,
    Measure,
    Offer,
    Programme,
)
from shared import clock
from shared.errors import NotFound, Refusal
from shared.ids import NATIONAL
from shared.web.caller import Caller
from shared.web.pagination import Page, page


class NoSuchCourse(NotFound):
    """There is no such course, or it is not published and the caller does not edit it."""


class NoSuchVersion(NotFound):
    """The course has no such version, or it is a draft and the caller does not edit it."""


class NoSuchProgramme(NotFound):
    """The tenant has no such programme."""


class NoSuchMaterial(NotFound):
    """No lesson of the version has such a file."""


def courses_for(session: Session, by: Caller, *, limit: int, after: str | None) -> Page[CourseVersion]:
    """Give the courses that the caller can take or edits, by title: the current version of each, or its only draft.

    A course that is withdrawn, or offered no longer, is still shown to those who know it: see `course_for`.
    """
    shown = case((Course.current > 0, Course.current), else_=1)
    statement = select(CourseVersion).join(Course).where(CourseVersion.number == shown)
    if by.holds("administrator"):
        statement = statement.where(or_(Course.tenant == by.tenant, _can_be_taken(by.tenant)))
    elif by.holds("trainer"):
        trained = exists().where(CourseTrainer.version_id == CourseVersion.id, CourseTrainer.person == by.id)
        statement = statement.where(or_(trained, _can_be_taken(by.tenant)))
    else:
        statement = statement.where(_can_be_taken(by.tenant))
    statement = statement.options(joinedload(CourseVersion.course), selectinload(CourseVersion.lessons))
    return page(session, statement, by=(CourseVersion.title, CourseVersion.id), limit=limit, after=after)


def offers_of(course: Course) -> Select[Offer]:
    """Select to whom a course is offered, and was."""
    return select(Offer).where(Offer.tenant == course.tenant, Offer.course_id == course.id)


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
    lesson = version.lesson(lesson_id)
    statement = select(Lesson).where(Lesson.version_id == version.id, Lesson.id == lesson_id)
    session.scalar(statement.options(undefer(Lesson.body)))  # Into the lesson that is at hand.
    return lesson


def lesson_ids_of(session: Session, course: Course) -> dict[str, UUID]:
    """Give the ids of the lessons that the course has or had, by code."""
    statement = select(Lesson.code, Lesson.id).join(CourseVersion, CourseVersion.id == Lesson.version_id)
    rows = session.execute(statement.where(CourseVersion.course_id == course.id, Lesson.tenant == course.tenant))
    return {row.code: row.id for row in rows}


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


def programme_of(session: Session, tenant: UUID, programme_id: UUID) -> Programme:
    """Give a programme of a tenant. Raises `NoSuchProgramme`."""
    mine = (Programme.id == programme_id, Programme.tenant == tenant)
    programme = session.scalar(select(Programme).where(*mine))
    if programme is None:
        raise NoSuchProgramme("There is no such programme.")
    return programme


def programmes_of(session: Session, tenant: UUID, *, limit: int, after: str | None) -> Page[Programme]:
    """Give the programmes of a tenant by code."""
    statement = select(Programme).where(Programme.tenant == tenant)
    return page(session, statement, by=(Programme.code, Programme.id), limit=limit, after=after)


def draft_for(session: Session, course_id: UUID, by: Caller) -> CourseVersion:
    """Give the draft of a course to who edits it. Raises as `course_for`, `require_editor` and `require_draft`."""
    course = course_for(session, course_id, by)
    require_editor(course, by)
    return course.require_draft()


def problems_of(session: Session, version: CourseVersion) -> list[Refusal]:
    """Give everything that keeps a version from being published at present."""
    return model.problems_of(
        version,
        competencies=competencies_in_force(session, version.tenant, today_in(session, version.tenant)),
        assessments=known_assessments(session, version.tenant, [one.code for one in version.assessments]),
    )


def gain_of(session: Session, course: Course, city: UUID) -> Measure | None:
    """Give what the people of a city gained in a course, if that was measured."""
    return session.scalar(select(Measure).where(Measure.tenant == city, Measure.course == course.id))


def gains_for(course: Course, by: Caller) -> Select[Measure]:
    """Find the gains in a course: the caller's city's, and every city's for editors and analysts of its owner."""
    statement = select(Measure).where(Measure.course == course.id)
    if may_edit(course, by) or (by.tenant == course.tenant and by.holds("analyst")):
        return statement
    return statement.where(Measure.tenant == by.tenant)


def today_in(session: Session, tenant: UUID) -> date | None:
    """Give the calendar day that it is in a tenant, or None before its zone has arrived here."""
    zone = session.scalar(select(KnownTenant.zone).where(KnownTenant.tenant == tenant))
    return clock.local_day(clock.now(), zone) if zone else None


def competencies_in_force(session: Session, tenant: UUID, day: date | None) -> dict[str, str]:
    """Give the names by code of what each framework holds on a day, the tenant's own before the national one.

    A framework's newest version that has begun is the one in force. On no day (None) there is none.
    """
    if day is None:
        return {}
    newest = (
        select(Competency.tenant, Competency.framework, func.max(Competency.version))
        .where(Competency.tenant.in_((tenant, NATIONAL)), Competency.valid_from <= day)
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


def _can_be_taken(tenant: UUID) -> ColumnElement[bool]:
    offered = exists().where(Offer.course_id == Course.id, Offer.receiver == tenant, Offer.ended_at.is_(None))
    return and_(Course.current > 0, Course.withdrawn_at.is_(None), or_(Course.tenant.in_((tenant, NATIONAL)), offered))
