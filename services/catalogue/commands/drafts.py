"""Changes the draft of a course: its lessons, outcomes, completion rule and trainers.

All raise `NoSuchCourse`, `NotAnEditorOfTheCourse`, `Stale` or `CourseHasNoDraft`, besides what is said of each.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.catalogue.commands.editing import course_to_edit
from services.catalogue.editors import require_people
from services.catalogue.model import Course, Lesson, drafts
from services.catalogue.model.drafts import AssessmentUse, LessonContent
from services.catalogue.queries import lesson_ids_of
from shared.ids import new_id
from shared.web.caller import Caller


def add_lesson(
    session: Session, course_id: UUID, *, by: Caller, code: str, content: LessonContent
) -> tuple[Course, Lesson]:
    """Add a lesson at the end; one whose code a version had is that lesson again. Raises `LessonCodeIsTaken`."""
    course = course_to_edit(session, course_id, by=by)
    draft = course.changing()
    lesson_id = lesson_ids_of(session, course).get(code) or new_id()
    lesson = drafts.add_lesson(draft, lesson_id, code, content)
    session.flush()
    return course, lesson


def rewrite_lesson(
    session: Session, course_id: UUID, lesson_id: UUID, *, by: Caller, revision: int, content: LessonContent
) -> Course:
    """Put what a lesson is. Raises `NoSuchLesson`."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    drafts.rewrite(course.changing().lesson(lesson_id), content)
    return course


def remove_lesson(session: Session, course_id: UUID, lesson_id: UUID, *, by: Caller, revision: int) -> Course:
    """Take a lesson out. Raises `NoSuchLesson`."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    draft = course.changing()
    drafts.remove_lesson(draft, draft.lesson(lesson_id))
    return course


def reorder_lessons(session: Session, course_id: UUID, *, by: Caller, revision: int, lessons: Sequence[UUID]) -> Course:
    """Put the lessons into an order. Raises `OrderIsNotOfTheLessons`."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    drafts.reorder_lessons(course.changing(), lessons)
    return course


def put_outcomes(session: Session, course_id: UUID, *, by: Caller, revision: int, levels: Mapping[str, int]) -> Course:
    """Put what the course leads to, as levels by competency. Whether a framework has them, publication asks."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    drafts.put_outcomes(course.changing(), levels)
    return course


def put_rule(
    session: Session,
    course_id: UUID,
    *,
    by: Caller,
    revision: int,
    lessons: Collection[UUID],
    assessments: Sequence[AssessmentUse],
) -> Course:
    """Put what completes the course. Whether the assessments are published, publication asks."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    drafts.put_rule(course.changing(), set(lessons), assessments)
    return course


def put_trainers(session: Session, course_id: UUID, *, by: Caller, revision: int, trainers: Collection[UUID]) -> Course:
    """Put who edits the course. Raises `TrainerNotYetKnown`."""
    course = course_to_edit(session, course_id, by=by, revision=revision)
    draft = course.changing()
    require_people(session, course.tenant, trainers)
    drafts.put_trainers(draft, trainers)
    return course
