"""What the catalogue says: which courses can be taken, and what each version asks and gives."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.events.base import Event

Scope = Literal["domestic", "international"]
TestRole = Literal["pre", "post", "quiz"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a course leads to: a level (1 to 5) of a competency."""

    competency: str
    level: int


@dataclass(frozen=True, kw_only=True)
class CourseLesson:
    """A lesson of a version: its length in minutes, and whether it must be viewed."""

    id: UUID
    minutes: int
    required: bool


@dataclass(frozen=True, kw_only=True)
class PinnedAssessment:
    """The version of an assessment that learners of a course version sit. `minimum` is in basis points."""

    id: UUID
    version: int
    role: TestRole
    must_pass: bool
    minimum: int


@dataclass(frozen=True, kw_only=True)
class CoursePublished(Event, type="wiyata.catalogue.course.published.v1", about="course"):
    """A version of a course can be taken. `provider` is the tenant that owns it; `form` the code of its JP form.

    Where a course that was withdrawn can be taken again, its current version is said once more.
    """

    course: UUID
    version: int
    programme: UUID
    provider: UUID
    title: str
    trainers: tuple[UUID, ...]
    form: str
    scope: Scope
    outcomes: tuple[Outcome, ...]
    lessons: tuple[CourseLesson, ...]
    assessments: tuple[PinnedAssessment, ...]


@dataclass(frozen=True, kw_only=True)
class CourseOffered(Event, type="wiyata.catalogue.course.offered.v1", about="course"):
    """People of another tenant, `to`, can enrol in the course. The envelope's tenant owns it."""

    course: UUID
    to: UUID


@dataclass(frozen=True, kw_only=True)
class CourseOfferEnded(Event, type="wiyata.catalogue.course.offer.ended.v1", about="course"):
    """Nobody of the tenant `to` can enrol in the course any more; who has begun goes on, and can read it."""

    course: UUID
    to: UUID


@dataclass(frozen=True, kw_only=True)
class CourseWithdrawn(Event, type="wiyata.catalogue.course.withdrawn.v1", about="course"):
    """Nobody can enrol in the course any more; who has begun goes on. A later publication takes it back."""

    course: UUID
