"""Attempts of learners, the answers given in them, and their grades."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.assessments import AssessmentVersion, Role
from services.assessment.model.base import Base
from services.assessment.model.copies import Enrolment
from services.assessment.model.items import Item
from services.assessment.model.keys import FULL_SCORE, Response
from shared import clock
from shared.database import TenantOwned
from shared.errors import Conflict, Forbidden, Invalid
from shared.ids import new_id

AttemptState = Literal["open", "handed_in", "annulled"]
AnnulmentReason = Literal["irregularity", "technical_failure", "taken_by_another"]


class AttemptsUsedUp(Conflict):
    """An assessment may be sat as often as its version allows."""


class AttemptIsHandedIn(Conflict):
    """What was handed in takes no more answers."""


class TimeIsUp(Conflict):
    """The server's clock alone decides when an attempt ends; what arrives later is late, whatever held it up."""


class AttemptIsOpen(Conflict):
    """Only what was handed in can be annulled."""


class AttemptIsYourOwn(Forbidden):
    """Nobody annuls an attempt of their own: it would give a failed one back."""


class NotAskedHere(Invalid):
    """An answer names a question of the attempt, and fits its kind and what it offers."""


class Attempt(TenantOwned, Base, kind="record"):
    """One sitting of an assessment version. The dimensions, the zone and its end are those of the moment it began."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("tenant", "enrolment", "assessment_id", "number"),
        Index(
            "ix_attempts_open",
            "closes_at",
            postgresql_where=text("handed_in_at IS NULL"),
            sqlite_where=text("handed_in_at IS NULL"),
        ),
        Index("ix_attempts_asked", "assessment_id", "version", "id"),
    )

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
    closes_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    annulled_at: Mapped[datetime | None]
    annulled_for: Mapped[AnnulmentReason | None] = mapped_column(String(20))
    revision: Mapped[int]

    @classmethod
    def start(
        cls,
        enrolment: Enrolment,
        version: AssessmentVersion,
        *,
        before: int,
        annulled: int = 0,
        zone: str,
        at: datetime,
    ) -> Self:
        """Begin an attempt after `before` earlier ones, of which those `annulled` use up none of what is allowed.

        Raises `ClassNotOpenYet`, `ClassIsClosed` or `AttemptsUsedUp`.
        """
        enrolment.require_open(at=at, zone=zone)
        if version.attempts_allowed is not None and before - annulled >= version.attempts_allowed:
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
            closes_at=_end_of(enrolment, version, zone=zone, at=at),
            revision=0,
        )

    @property
    def is_open(self) -> bool:
        """Tell whether it still takes answers."""
        return self.handed_in_at is None

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether it is open though its time is up at this moment."""
        return self.is_open and self.closes_at is not None and self.closes_at <= at

    @property
    def is_annulled(self) -> bool:
        """Tell whether it counts for nothing."""
        return self.annulled_at is not None

    @property
    def state(self) -> AttemptState:
        """Give `open`, `handed_in` or `annulled`."""
        if self.is_annulled:
            return "annulled"
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

    def require_answerable(self, chosen: Mapping[UUID, Response], items: Mapping[UUID, Item], *, at: datetime) -> None:
        """Raise `AttemptIsHandedIn`, `TimeIsUp` or `NotAskedHere` where these can't be saved. `items` are its own."""
        if not self.is_open:
            raise AttemptIsHandedIn("This attempt is handed in; it takes no more answers.")
        if self.closes_at is not None and self.closes_at <= at:
            closed = self.closes_at.isoformat()
            raise TimeIsUp(f"The time of this attempt was up at {closed}; it takes no more answers.", closes_at=closed)
        strange = [str(one) for one in chosen if one not in items]
        if strange:
            raise NotAskedHere("The attempt does not ask this question.", questions=strange)
        strange = [str(one) for one, response in chosen.items() if not items[one].takes(response)]
        if strange:
            takes = {one: items[UUID(one)].key.tag for one in strange}
            raise NotAskedHere("The question does not offer this answer.", questions=strange, takes=takes)

    def hand_in(self, items: Sequence[Item], chosen: Mapping[UUID, Response], *, at: datetime) -> "Grade":
        """Close it, at its end if that is past, and mark it."""
        self.handed_in_at = min(at, self.closes_at or at)
        return self.grade(items, chosen, at=at)

    def annul(self, reason: AnnulmentReason, *, by: UUID, at: datetime) -> bool:
        """Let it count for nothing from now on; False where it does already.

        Raises `AttemptIsYourOwn` and `AttemptIsOpen`.
        """
        if by == self.person:
            raise AttemptIsYourOwn("Let another administrator annul this attempt: it is your own.")
        if self.is_open:
            raise AttemptIsOpen("The attempt is still open. Annul it once it is handed in.")
        if self.is_annulled:
            return False
        self.annulled_at, self.annulled_for = at, reason
        return True

    def grade(self, items: Sequence[Item], chosen: Mapping[UUID, Response], *, at: datetime) -> "Grade":
        """Mark what was answered, as the next revision. A question without an answer scores 0."""
        return self._graded(_marks(items, chosen), at=at)

    def mark_again(self, grade: "Grade", items: Sequence[Item], *, at: datetime) -> "Grade | None":
        """Mark the same answers by the keys in force, as the next revision; None where no question scores otherwise.

        Then the grade only shows the new keys. An attempt that counts for nothing, or whose answers are forgotten,
        keeps its grade.
        """
        if self.is_annulled or not grade.marks:
            return None
        marks = _marks(items, {UUID(mark["question"]): mark["response"] for mark in grade.marks})
        if [mark["score"] for mark in marks] == [mark["score"] for mark in grade.marks]:
            grade.marks = marks
            return None
        return self._graded(marks, at=at)

    def asks(self, question: UUID) -> bool:
        """Tell whether it asks a question."""
        return str(question) in self.questions

    def _graded(self, marks: list[dict[str, Any]], *, at: datetime) -> "Grade":
        self.revision += 1
        return Grade(
            tenant=self.tenant,
            attempt_id=self.id,
            revision=self.revision,
            score=mean_score([mark["score"] for mark in marks]),
            marks=marks,
            graded_at=at,
        )


class Answer(TenantOwned, Base, kind="record"):
    """What a learner answered last, under the tag of its kind.

    `sequence` counts on the learner's side, over all of their devices.
    """

    __tablename__ = "answers"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    response: Mapped[dict[str, Any]] = mapped_column(JSON)
    sequence: Mapped[int]
    saved_at: Mapped[datetime]


class Grade(TenantOwned, Base, kind="record"):
    """How an attempt was marked, at one revision. `score` is in basis points.

    `marks` has for each question `{"question": id, "response": tagged value, "right": key,
    "corrected": whether that is not the key it was published with, "score": bp}`; of an erased learner it is empty.
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


def _end_of(enrolment: Enrolment, version: AssessmentVersion, *, zone: str, at: datetime) -> datetime | None:
    """Give the earlier of the time limit and the end of the class, or None where there is neither."""
    limit = version.time_limit_minutes
    ends = [enrolment.ends_at(zone), at + timedelta(minutes=limit) if limit else None]
    return min((end for end in ends if end is not None), default=None)


def _marks(items: Sequence[Item], chosen: Mapping[UUID, Response]) -> list[dict[str, Any]]:
    return [
        {
            "question": str(item.id),
            "response": dict(chosen.get(item.id, {item.key.tag: None})),
            "right": dict(item.right),
            "corrected": item.corrected,
            "score": item.score(chosen.get(item.id)),
        }
        for item in items
    ]


def mean_score(scores: Sequence[int]) -> int:
    """Give the mean of item scores, all in basis points, rounded half up to an integer.

    With scores of 0 and 10,000 alone that is the proportion of right answers: 2 of 3 give 6,667.
    """
    return (2 * sum(scores) + len(scores)) // (2 * len(scores))
