"""Assessments and their published versions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.model.banks import Bank, Question
from services.assessment.model.base import Base
from services.assessment.model.items import shuffled
from services.assessment.model.offers import is_pinned_for
from shared.database import TenantOwned
from shared.errors import Conflict
from shared.ids import new_id

Role = Literal["pre", "post", "quiz"]


class AssessmentHasNoQuestions(Conflict):
    """An assessment is published with at least one question."""


class FewerQuestionsThanDrawn(Conflict):
    """A draw needs at least as many questions as it takes."""


class UnknownCompetency(Conflict):
    """A question measures a competency that no framework in force names."""


class AssessmentVersion(TenantOwned, Base, kind="record"):
    """What learners sit. It never changes: `questions` are ids of question revisions, in the order of the bank."""

    __tablename__ = "assessment_versions"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(10))
    draw: Mapped[int | None]
    attempts_allowed: Mapped[int | None]
    time_limit_minutes: Mapped[int | None]
    questions: Mapped[list[str]] = mapped_column(JSON)
    published_at: Mapped[datetime]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom a course that pins it was ever offered."""
        return is_pinned_for(cls.tenant, cls.assessment_id, cls.version, tenant)

    @property
    def maximum(self) -> int:
        """Count the questions of one attempt."""
        return self.draw or len(self.questions)

    def questions_for(self, attempt: UUID) -> list[str]:
        """Give the questions of one attempt: all, or as many as are drawn, in an order of its own."""
        return shuffled(self.questions, seed=str(attempt))[: self.maximum]

    def asks_the_same_as(self, other: "AssessmentVersion") -> bool:
        """Tell whether a learner could not tell the two apart."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("code", "title", "role", "draw", "attempts_allowed", "time_limit_minutes", "questions")
        )


class Assessment(TenantOwned, Base, kind="record"):
    """A pre-test, post-test or quiz made from a bank. `version` is the latest published one, 0 before the first."""

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("tenant", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(10))
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("banks.id"))
    draw: Mapped[int | None]
    attempts_allowed: Mapped[int | None]
    time_limit_minutes: Mapped[int | None]
    version: Mapped[int]

    @classmethod
    def author(
        cls,
        tenant: UUID,
        *,
        code: str,
        title: str,
        role: Role,
        bank: Bank,
        draw: int | None,
        attempts_allowed: int | None,
        time_limit_minutes: int | None = None,
    ) -> Self:
        """Make one that is not published yet.

        `draw` None means all questions, `attempts_allowed` None any number, `time_limit_minutes` None no hurry.
        """
        return cls(
            id=new_id(),
            tenant=tenant,
            code=code,
            title=title,
            role=role,
            bank_id=bank.id,
            draw=draw,
            attempts_allowed=attempts_allowed,
            time_limit_minutes=time_limit_minutes,
            version=0,
        )

    def publish(
        self,
        questions: Sequence[Question],
        *,
        competencies: Iterable[str],
        latest: AssessmentVersion | None,
        at: datetime,
    ) -> AssessmentVersion:
        """Make the next version from the active questions of the bank, or give the latest if that asks the same.

        Raises `AssessmentHasNoQuestions`, `FewerQuestionsThanDrawn` or `UnknownCompetency`.
        """
        self._require_enough(len(questions))
        _require_known(questions, set(competencies))
        fresh = AssessmentVersion(
            assessment_id=self.id,
            version=self.version + 1,
            tenant=self.tenant,
            code=self.code,
            title=self.title,
            role=self.role,
            draw=self.draw,
            attempts_allowed=self.attempts_allowed,
            time_limit_minutes=self.time_limit_minutes,
            questions=[str(one.id) for one in questions],
            published_at=at,
        )
        if latest is not None and fresh.asks_the_same_as(latest):
            return latest
        self.version = fresh.version
        return fresh

    def _require_enough(self, count: int) -> None:
        if not count:
            raise AssessmentHasNoQuestions("The bank holds no question; import some first.")
        if self.draw is not None and count < self.draw:
            raise FewerQuestionsThanDrawn(
                f"{self.draw} questions shall be drawn, and the bank holds {count}.", drawn=self.draw, held=count
            )


def _require_known(questions: Iterable[Question], known: set[str]) -> None:
    unknown = sorted({one.competency for one in questions} - known)
    if unknown:
        raise UnknownCompetency(
            f"No framework in force names the competency {', '.join(unknown)}; "
            "publish it in a framework, or correct the questions.",
            competencies=unknown,
        )
