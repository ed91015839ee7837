"""What enrolment keeps true: classes with their places, enrolments, marks, and the rule of a completion."""

from services.enrolment.model.base import Base
from services.enrolment.model.classes import Class
from services.enrolment.model.copies import CourseVersion, Person, Post, Tenant, Unit
from services.enrolment.model.enrolments import Enrolment
from services.enrolment.model.facts import Annulment, LessonMark, Result
from services.enrolment.model.jobs import EnrolmentJob, JobChunk, RefusedLine
from services.enrolment.model.offers import CourseWithdrawal, Offer
from services.enrolment.model.rule import Completion, CompletionRule

__all__ = [
    "Annulment",
    "Base",
    "Class",
    "Completion",
    "CompletionRule",
    "CourseVersion",
    "CourseWithdrawal",
    "Enrolment",
    "EnrolmentJob",
    "JobChunk",
    "LessonMark",
    "Offer",
    "Person",
    "Post",
    "RefusedLine",
    "Result",
    "Tenant",
    "Unit",
]
