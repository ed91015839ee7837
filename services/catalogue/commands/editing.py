"""Loads a course for a change, so that changes of one course take turns."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.editors import require_editor
from services.catalogue.model import Course
from services.catalogue.queries import course_for
from shared.web.caller import Caller


def course_to_edit(session: Session, course_id: UUID, *, by: Caller, revision: int | None = None) -> Course:
    """Give a course with its row locked: what decides from its draft, its state or its offers comes one by one.

    `revision` is the one that the caller has read, None for a change that takes nothing of another one away. Raises
    `NoSuchCourse`, `NotAnEditorOfTheCourse` or `Stale`.
    """
    session.execute(select(Course.id).where(Course.id == course_id, Course.tenant == by.tenant).with_for_update())
    course = course_for(session, course_id, by)
    require_editor(course, by)
    if revision is not None:
        course.require_revision(revision)
    return course
