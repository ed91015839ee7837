"""What is sent through the chain: learners of one city who sit a pre-test and a post-test and complete a course."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.events import Event
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.events.catalogue import Outcome, TestRole
from shared.events.enrolment import DayMinutes, TrainingCompleted
from shared.ids import new_id

EVENTS_OF_A_LEARNER = 3
COMPETENCIES = ("PP", "KOM")
ITEMS = 10
DAYS = (date(2026, 11, 2), date(2026, 11, 3))
START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Learner:
    """What two services say of one learner."""

    attempts: tuple[AttemptGraded, AttemptGraded]
    completion: TrainingCompleted

    @property
    def events(self) -> tuple[Event, ...]:
        return (*self.attempts, self.completion)


@dataclass(frozen=True)
class Story:
    """A course in a city of its own, so that what became of its events can be counted."""

    count: int
    tenant: UUID = field(default_factory=new_id)
    course: UUID = field(default_factory=new_id)

    @property
    def events(self) -> int:
        return self.count * EVENTS_OF_A_LEARNER

    def learners(self) -> list[Learner]:
        """Make the events; marks rise from the pre-test to the post-test, as they mostly do."""
        return [self._learner(number) for number in range(self.count)]

    def _learner(self, number: int) -> Learner:
        right = number % 6
        dimensions = {
            "tenant": self.tenant,
            "enrolment": new_id(),
            "person": new_id(),
            "course": self.course,
            "version": 1,
            "class_": self.course,
            "programme": self.course,
            "provider": self.tenant,
            "unit": None,
        }
        attempts = (_attempt(dimensions, "pre", right), _attempt(dimensions, "post", right + 4))
        return Learner(attempts, _completion(dimensions, attempts))


def in_batches(learners: Sequence[Learner], size: int) -> list[Sequence[Learner]]:
    """Cut a list into lists of so many learners."""
    return [learners[start : start + size] for start in range(0, len(learners), size)]


def _attempt(dimensions: dict[str, Any], role: TestRole, right: int) -> AttemptGraded:
    at = START + timedelta(days=role == "post")
    items = tuple(
        MarkedItem(id=new_id(), competency=COMPETENCIES[place % 2], level=3, score=10_000 * (place < right), c=0.25)
        for place in range(ITEMS)
    )
    return AttemptGraded(
        **dimensions,
        attempt=new_id(),
        revision=1,
        assessment=dimensions["course"],
        assessment_version=1,
        role=role,
        score=10_000 * right // ITEMS,
        handed_in_at=at,
        handed_in_on=DAYS[role == "post"],
        items=items,
    )


def _completion(dimensions: dict[str, Any], attempts: tuple[AttemptGraded, AttemptGraded]) -> TrainingCompleted:
    return TrainingCompleted(
        **dimensions,
        revision=1,
        outcomes=tuple(Outcome(competency=code, level=3) for code in COMPETENCIES),
        form="C3",
        scope="domestic",
        minutes=tuple(DayMinutes(day=day, minutes=90) for day in DAYS),
        pre=attempts[0].score,
        post=attempts[1].score,
        completed_on=DAYS[1],
    )
