"""Attempts of learners, the answers given in them, and their grades."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.assessments import AssessmentVersion, Role
from services.assessment.model.base import Base
from services.assessment.model.copies import Enrolment
from services.assessment.model.items import FULL_SCORE, Item
from shared import clock
from shared.database import TenantOwned
from shared.errors import Conflict, Invalid
from shared.ids import new_id


class AttemptsUsedUp(Conflict):
    """An assessment may be sat as often as its version allows."""


class AttemptIsHandedIn(Conflict):
    """What was handed in takes no more answers."""


class NotAskedHere(Invalid):
    """An answer names a question of the attempt and one of its options."""


class Attempt(TenantOwned, Base, kind="record"):
    """One sitting of an assessment version. The dimensions and the zone are those of the moment it began."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("tenant", "enrolment", "assessment_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment: Mapped[UUID]
    person: Mapped[UUID]
    course: Mapped[UUID]
    course_version: Mapped[int]
    class_: Mapped[UUID]
    programme: Mapped[UUID]
    provider: Mapped[UUID]
    unit: Mapped[UUID | None]
    zone: Mapped[str] = mapped_column(String(60))
    assessment_id: Mapped[UUID]
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(10))
    number: Mapped[int]
    questions: Mapped[list[str]] = mapped_column(JSON)
    started_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    revision: Mapped[int]

    @classmethod
    def start(cls, enrolment: Enrolment, version: AssessmentVersion, *, before: int, zone: str, at: datetime) -> Self:
        """Begin an attempt after `before` earlier ones.

        Raises `ClassNotOpenYet`, `ClassIsClosed` or `AttemptsUsedUp`.
        """
        enrolment.require_open(at=at, zone=zone)
        if version.attempts_allowed is not None and before >= version.attempts_allowed:
            raise AttemptsUsedUp(
                f"All {version.attempts_allowed} attempts at this assessment are used up.",
                allowed=version.attempts_allowed,
            )
        fresh = new_id()
        return cls(
            id=fresh,
            tenant=enrolment.tenant,
            enrolment=enrolment.id,
            person=enrolment.person,
            course=enrolment.course,
            course_version=enrolment.course_version,
            class_=enrolment.class_,
            programme=enrolment.programme,
            provider=enrolment.provider,
            unit=enrolment.unit,
            zone=zone,
            assessment_id=version.assessment_id,
            version=version.version,
            title=version.title,
            role=version.role,
            number=before + 1,
            questions=version.questions_for(fresh),
            started_at=at,
            revision=0,
        )

    @property
    def is_open(self) -> bool:
        """Tell whether it still takes answers."""
        return self.handed_in_at is None

    @property
    def state(self) -> str:
        """Give `open` or `handed_in`."""
        return "open" if self.is_open else "handed_in"

    @property
    def closed_at(self) -> datetime:
        """Give the moment of handing in, of an attempt that is. Raises `ValueError` for an open one."""
        if self.handed_in_at is None:
            raise ValueError("An open attempt has not been handed in.")
        return self.handed_in_at

    @property
    def closed_on(self) -> date:
        """Give the local day of handing in. Raises `ValueError` for an open attempt."""
        return clock.local_day(self.closed_at, self.zone)

    @property
    def question_ids(self) -> list[UUID]:
        """Give the questions in the order of this attempt."""
        return [UUID(one) for one in self.questions]

    def require_answerable(self, chosen: Mapping[UUID, int | None], items: Mapping[UUID, Item]) -> None:
        """Raise `AttemptIsHandedIn` or `NotAskedHere` where these options can't be saved. `items` are its own."""
        if not self.is_open:
            raise AttemptIsHandedIn("This attempt is handed in; it takes no more answers.")
        strange = [str(one) for one in chosen if one not in items]
        if strange:
            raise NotAskedHere("The attempt does not ask this question.", questions=strange)
        strange = [str(one) for one, option in chosen.items() if not items[one].offers(option)]
        if strange:
            raise NotAskedHere("The question does not offer this option.", questions=strange)

    def hand_in(self, items: Sequence[Item], chosen: Mapping[UUID, int | None], *, at: datetime) -> "Grade":
        """Close it and mark it."""
        self.handed_in_at = at
        return self.grade(items, chosen, at=at)

    def grade(self, items: Sequence[Item], chosen: Mapping[UUID, int | None], *, at: datetime) -> "Grade":
        """Mark what was chosen, as the next revision. A question without an answer scores 0."""
        self.revision += 1
        scores = [item.score(chosen.get(item.id)) for item in items]
        marks = [
            {
                "question": str(item.id),
                "option": chosen.get(item.id),
                "key": item.correct,
                "score": score,
            }
            for item, score in zip(items, scores, strict=True)
        ]
        return Grade(
            tenant=self.tenant,
            attempt_id=self.id,
            revision=self.revision,
            score=mean_score(scores),
            marks=marks,
            graded_at=at,
        )


class Answer(TenantOwned, Base, kind="record"):
    """The option a learner chose last. `sequence` counts on the learner's side, over all of their devices."""

    __tablename__ = "answers"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    option: Mapped[int | None] = mapped_column(SmallInteger)
    sequence: Mapped[int]
    saved_at: Mapped[datetime]


class Grade(TenantOwned, Base, kind="record"):
    """How an attempt was marked, at one revision. `score` is in basis points.

    `marks` has for each question `{"question": id, "option": chosen or None, "key": right option, "score": bp}`.
    """

    __tablename__ = "grades"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[int]
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    graded_at: Mapped[datetime]

    @property
    def correct(self) -> int:
        """Count the questions that were answered wholly right."""
        return sum(mark["score"] == FULL_SCORE for mark in self.marks)


def mean_score(scores: Sequence[int]) -> int:
    """Give the mean of item scores, all in basis points, rounded half up to an integer.

    With scores of 0 and 10,000 alone that is the proportion of right answers: 2 of 3 give 6,667.
    """
    return (2 * sum(scores) + len(scores)) // (2 * len(scores))
