"""Publishes a course."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.model import Course, CourseAssessment, CourseVersion, publish
from services.catalogue.queries import competencies_in_force, known_assessments, load_texts, today_in
from shared import clock
from shared.events.catalogue import CourseLesson, CoursePublished, Outcome, PinnedAssessment
from shared.messaging import outbox
from shared.web.caller import Caller


def publish_course(session: Session, course_id: UUID, *, by: Caller, revision: int) -> Course:
    """Make the draft of a course the version that new learners take, and say so; an unchanged course says nothing.

    The version of a course that was withdrawn is said again. `revision` is the one that the caller has read. Raises
    `Stale`, `NoSuchCourse`, `NotAnEditorOfTheCourse`, or what `services.catalogue.model.readiness` finds wrong.
    """
    course = course_to_edit(session, course_id, by=by, revision=revision)
    if course.draft and course.current:
        load_texts(session, course.versions[-2:])  # Whether the draft says anything new, its texts tell too.
    version = publish(
        course,
        at=clock.now(),
        competencies=competencies_in_force(session, course.tenant, today_in(session, course.tenant)),
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
