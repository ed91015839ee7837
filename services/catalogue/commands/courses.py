"""Makes courses, and begins and drops their drafts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.editors import first_trainers
from services.catalogue.model import Course, Programme
from services.catalogue.model.courses import CourseCodeIsTaken
from services.catalogue.model.drafts import CourseFacts, copy_of, describe, first_draft
from services.catalogue.queries import NoSuchProgramme, load_texts, programme_of
from shared.errors import Invalid
from shared.ids import new_id
from shared.web.caller import Caller


class ProgrammeIsUnknown(Invalid):
    """A course is grouped under a programme of its own tenant."""


def create_course(session: Session, *, by: Caller, code: str, programme: UUID, facts: CourseFacts) -> Course:
    """Make a course whose version 1 is a draft. Raises `CourseCodeIsTaken` or `ProgrammeIsUnknown`."""
    if session.scalar(select(Course.id).where(Course.tenant == by.tenant, Course.code == code)) is not None:
        raise CourseCodeIsTaken(f"There is a course {code} already. Choose another code.", code=code)
    grouped = _programme(session, by.tenant, programme)
    course = Course(id=new_id(), tenant=by.tenant, code=code, current=0, revision=0)
    session.add(course)
    course.begin(first_draft(by.tenant, facts, grouped, first_trainers(by)))
    session.flush()
    return course


def describe_course(
    session: Session, course_id: UUID, *, by: Caller, revision: int, programme: UUID, facts: CourseFacts
) -> Course:
    """Put what the draft says of the course as a whole. Raises as `course_to_edit`, and `ProgrammeIsUnknown`."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    describe(course.changing(), facts, _programme(session, course.tenant, programme))
    return course


def begin_draft(session: Session, course_id: UUID, *, by: Caller, revision: int) -> Course:
    """Begin a draft that says what the newest version does; a draft that is there stays."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    if course.draft is None:
        load_texts(session, [course.newest])
        course.begin(copy_of(course.newest))
        session.flush()
    return course


def drop_draft(session: Session, course_id: UUID, *, by: Caller, revision: int) -> None:
    """Go back to the newest version; a course that was never published goes with its draft."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    course.changing()
    if course.current:
        course.drop_draft()
    else:
        session.delete(course)


def _programme(session: Session, tenant: UUID, programme_id: UUID) -> Programme:
    try:
        return programme_of(session, tenant, programme_id)
    except NoSuchProgramme as unknown:
        raise ProgrammeIsUnknown(unknown.detail, errors={"programme": [unknown.detail]}) from unknown
