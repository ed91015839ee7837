"""Publishes a course."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.editors import require_editor
from services.catalogue.model import Course, CourseAssessment, CourseVersion, publish
from services.catalogue.queries import competencies_in_force, course_for, known_assessments
from shared import clock
from shared.events.catalogue import CourseLesson, CoursePublished, Outcome, PinnedAssessment
from shared.messaging import outbox
from shared.web.caller import Caller


def publish_course(session: Session, course_id: UUID, *, by: Caller, revision: int) -> Course:
    """Make the draft of a course the version that new learners take, and say so; an unchanged course says nothing.

    `revision` is the one that the caller has read. Raises `Stale`, `NoSuchCourse`, `NotAnEditorOfTheCourse`, or the
    refusal of the rule of `services.catalogue.model.publication` that does not hold.
    """
    # Publications and imports of one course take turns: each decides from the draft it reads.
    session.execute(select(Course.id).where(Course.id == course_id).with_for_update())
    course = course_for(session, course_id, by)
    require_editor(course, by)
    course.require_revision(revision)
    version = publish(
        course,
        at=clock.now(),
        competencies=competencies_in_force(session, course.tenant),
        assessments=known_assessments(session, course.tenant, [one.code for one in course.newest.assessments]),
    )
    if version is not None:
        outbox.append(session, _published(course, version))
    return course


def _published(course: Course, version: CourseVersion) -> CoursePublished:
    return CoursePublished(
        tenant=course.tenant,
        course=course.id,
        version=version.number,
        programme=version.programme.id,
        provider=course.tenant,
        title=version.title,
        trainers=tuple(course.trainers),
        form=version.form,
        scope=version.scope,
        outcomes=tuple(Outcome(competency=one.competency, level=one.level) for one in version.outcomes),
        lessons=tuple(CourseLesson(id=one.id, minutes=one.minutes, required=one.required) for one in version.lessons),
        assessments=tuple(_pinned(one) for one in version.assessments),
    )


def _pinned(one: CourseAssessment) -> PinnedAssessment:
    if one.assessment_id is None or one.assessment_version is None:
        raise ValueError(f"The published version does not pin {one.code}.")
    return PinnedAssessment(
        id=one.assessment_id,
        version=one.assessment_version,
        role=one.role,
        must_pass=one.must_pass,
        minimum=one.minimum,
    )
