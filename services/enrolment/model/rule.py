"""When a training is complete: the completion rule of a course version, decided from facts alone.

A rule is met by the moment of its last fact, so what it says depends on the facts and never on the order in which
they came to be known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.enrolment.model.facts import LessonMark, Result


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson of a version: its length in minutes, and whether it must be viewed."""

    id: UUID
    minutes: int
    required: bool


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """An assessment that a version pins. `minimum` is in basis points; `role` is pre, post or quiz."""

    id: UUID
    version: int
    role: str
    must_pass: bool
    minimum: int


@dataclass(frozen=True, kw_only=True)
class Completion:
    """A rule that is met: by the fact at `at`, on the local day `on`.

    `minutes` holds (day, minutes learnt on it) in the order of days. `pre` and `post` are the pair of the gain, in
    basis points, or None where there is none.
    """

    at: datetime
    on: date
    minutes: tuple[tuple[date, int], ...]
    pre: int | None
    post: int | None


@dataclass(frozen=True, kw_only=True)
class CompletionRule:
    """The lessons to view and the assessments to pass."""

    lessons: tuple[Lesson, ...]
    assessments: tuple[Assessment, ...]

    def met(self, marks: Sequence[LessonMark], results: Sequence[Result]) -> Completion | None:
        """Give the completion once every required lesson is marked and every must-pass assessment passed.

        An assessment is passed by the first attempt that reaches its minimum; a better or worse one later changes
        nothing. A rule that asks for nothing is never met, because no fact could be the one that met it.
        """
        asked = [_viewed(lesson, marks) for lesson in self.lessons if lesson.required]
        asked += [_passed(assessment, results) for assessment in self.assessments if assessment.must_pass]
        facts = [fact for fact in asked if fact is not None]
        if not facts or len(facts) < len(asked):
            return None
        at, on = max(facts)
        return Completion(
            at=at, on=on, minutes=self.minutes(marks), pre=self.pre(marks, results), post=self._first("post", results)
        )

    def minutes(self, marks: Sequence[LessonMark]) -> tuple[tuple[date, int], ...]:
        """Give the minutes of every marked lesson, required or not, summed by the local day of its mark."""
        lengths = {lesson.id: lesson.minutes for lesson in self.lessons}
        days: dict[date, int] = {}
        for mark in marks:
            days[mark.marked_on] = days.get(mark.marked_on, 0) + lengths.get(mark.lesson, 0)
        return tuple((day, days[day]) for day in sorted(days))

    def pre(self, marks: Sequence[LessonMark], results: Sequence[Result]) -> int | None:
        """Give the score of the first pre-test, if it was handed in before the first lesson mark and any post-test.

        Later it would measure what the course has taught already, and no gain leads from there to the post-test.
        """
        later = [mark.marked_at for mark in marks] + [one.handed_in_at for one in self._taken("post", results)]
        begun = min(later, default=None)
        return self._first("pre", [one for one in results if begun is None or one.handed_in_at < begun])

    def best(self, assessment: UUID, results: Sequence[Result]) -> int | None:
        """Give the best score in an assessment, in basis points, or None before the first one."""
        return max((one.score for one in results if one.assessment == assessment), default=None)

    def lesson(self, lesson_id: UUID) -> Lesson | None:
        """Give a lesson of this version, or None when it has no such lesson."""
        return next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)

    def _first(self, role: str, results: Sequence[Result]) -> int | None:
        taken = self._taken(role, results)
        first = min(taken, key=lambda one: (one.handed_in_at, one.attempt), default=None)
        return first.score if first else None

    def _taken(self, role: str, results: Sequence[Result]) -> list[Result]:
        pinned = {assessment.id for assessment in self.assessments if assessment.role == role}
        return [one for one in results if one.assessment in pinned]


Fact = tuple[datetime, date]
"""The moment and the local day of a fact that meets one demand of a rule."""


def _viewed(lesson: Lesson, marks: Sequence[LessonMark]) -> Fact | None:
    return next(((mark.marked_at, mark.marked_on) for mark in marks if mark.lesson == lesson.id), None)


def _passed(assessment: Assessment, results: Sequence[Result]) -> Fact | None:
    enough = [one for one in results if one.assessment == assessment.id and one.score >= assessment.minimum]
    return min(((one.handed_in_at, one.handed_in_on) for one in enough), default=None)
