"""Who edits a course: the trainers that it lists and the administrators of its tenant."""

from services.catalogue.model import Course
from shared.errors import Forbidden
from shared.web.caller import Caller


class NotAnEditorOfTheCourse(Forbidden):
    """A trainer edits the courses that list them; an administrator those of the own tenant."""


def may_edit(course: Course, by: Caller) -> bool:
    """Tell whether the caller may see the draft of a course and change it."""
    if by.tenant != course.tenant:
        return False
    return by.holds("administrator") or (by.holds("trainer") and by.id in course.trainers)


def require_editor(course: Course, by: Caller) -> None:
    """Raise `NotAnEditorOfTheCourse` unless the caller may edit the course."""
    if not may_edit(course, by):
        raise NotAnEditorOfTheCourse(
            f"{course.code} lists you not as a trainer. Ask an administrator or one of its trainers.", course=course.id
        )
