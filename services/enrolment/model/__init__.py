"""What enrolment keeps true: classes with their places, enrolments, marks, and the rule of a completion."""

from services.enrolment.model.base import Base
from services.enrolment.model.classes import Class
from services.enrolment.model.copies import CourseVersion, Person, Tenant
from services.enrolment.model.enrolments import Enrolment
from services.enrolment.model.facts import LessonMark, Result
from services.enrolment.model.rule import Completion, CompletionRule

__all__ = [
    "Base",
    "Class",
    "Completion",
    "CompletionRule",
    "CourseVersion",
    "Enrolment",
    "LessonMark",
    "Person",
    "Result",
    "Tenant",
]
