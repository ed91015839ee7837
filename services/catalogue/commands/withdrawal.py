"""Withdraws a course."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.editors import require_editor
from services.catalogue.model import Course
from services.catalogue.queries import course_for
from shared import clock
from shared.events.catalogue import CourseWithdrawn
from shared.messaging import outbox
from shared.web.caller import Caller


def withdraw_course(session: Session, course_id: UUID, *, by: Caller, revision: int) -> Course:
    """Let nobody begin a course any more, and say so; who has begun it goes on, and publication takes it back.

    A course that is withdrawn stays so. `revision` is the one that the caller has read. Raises `Stale`,
    `NoSuchCourse`, `NotAnEditorOfTheCourse` or `CourseIsNotPublished`.
    """
    # Offers, withdrawal and publication of one course take turns, so that each is said once.
    session.execute(select(Course.id).where(Course.id == course_id, Course.tenant == by.tenant).with_for_update())
    course = course_for(session, course_id, by)
    require_editor(course, by)
    course.require_revision(revision)
    if course.withdraw(clock.now()):
        outbox.append(session, CourseWithdrawn(tenant=course.tenant, course=course.id))
    return course
