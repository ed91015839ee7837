"""Withdraws a course."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.model import Course
from shared import clock
from shared.events.catalogue import CourseWithdrawn
from shared.messaging import outbox
from shared.web.caller import Caller


def withdraw_course(session: Session, course_id: UUID, *, by: Caller, revision: int) -> Course:
    """Let nobody begin a course any more, and say so; who has begun it goes on, and publication takes it back.

    A course that is withdrawn stays so. `revision` is the one that the caller has read. Raises `Stale`,
    `NoSuchCourse`, `NotAnEditorOfTheCourse` or `CourseIsNotPublished`.
    """
    course = course_to_edit(session, course_id, by=by, revision=revision)
    if course.withdraw(clock.now()):
        outbox.append(session, CourseWithdrawn(tenant=course.tenant, course=course.id))
    return course
