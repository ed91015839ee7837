"""What can be read in assessment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.assessment.items import items_of
from services.assessment.model import (
    FULL_SCORE,
    Answer,
    Assessment,
    Attempt,
    Bank,
    Correction,
    Enrolment,
    Grade,
    Item,
    Option,
    Prompt,
    Question,
    Response,
    Tenant,
)
from shared.errors import NotFound, NotYetKnown
from shared.ids import NATIONAL


class NoSuchBank(NotFound):
    """There is no such bank here."""


class NoSuchQuestion(NotFound):
    """There is no such question in this bank."""


class NoSuchAssessment(NotFound):
    """There is no such assessment here."""


class NoSuchAttempt(NotFound):
    """There is no such attempt of this learner."""


class TenantNotYetKnown(NotYetKnown):
    """The zone of a tenant has not arrived, so that no day can be cut."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of an attempt, its options in the attempt's order, and the saved answer."""

    item: Item
    options: Sequence[Option]
    prompts: Sequence[Prompt]
    answer: Answer | None


@dataclass(frozen=True, kw_only=True)
class Marked:
    """How the answer to a question was marked."""

    id: UUID
    response: Response
    right: Mapping[str, Any]
    corrected: bool
    correct: bool
    score: int
    feedback: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """How an attempt was marked. `score` is in basis points, `correct` and `total` count questions."""

    attempt: UUID
    revision: int
    score: int
    correct: int
    total: int
    handed_in_at: datetime
    graded_at: datetime
    questions: Sequence[Marked]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An attempt as its learner sees it: no key and no feedback before there is a result."""

    attempt: Attempt
    questions: Sequence[Asked]
    result: Result | None


@dataclass(frozen=True, kw_only=True)
class AttemptLine:
    """An attempt with its newest score in basis points, None while it is open."""

    attempt: Attempt
    score: int | None


def seen_by(tenant: UUID) -> tuple[UUID, UUID]:
    """Give the tenants whose banks, assessments and frameworks a tenant reads: its own, and the national one."""
    return tenant, NATIONAL


def zone_of(session: Session, tenant: UUID) -> str:
    """Give a tenant's zone. Raises `TenantNotYetKnown`."""
    zone = session.scalar(select(Tenant.zone).where(Tenant.tenant == tenant))
    if zone is None:
        raise TenantNotYetKnown("The time zone of this tenant has not arrived here yet.")
    return zone


def active_questions(tenant: UUID, bank_id: UUID) -> Select[Question]:
    """Select the questions of a bank that are not retired, in its order."""
    inside = (Question.tenant.in_(seen_by(tenant)), Question.bank_id == bank_id)
    return select(Question).where(*inside, Question.retired_at.is_(None)).order_by(Question.number)


def corrections_in(tenant: UUID, bank_id: UUID) -> Select[Correction]:
    """Select the corrections of keys in a bank."""
    inside = (Question.tenant.in_(seen_by(tenant)), Question.bank_id == bank_id)
    return select(Correction).join(Question, Question.id == Correction.question_id).where(*inside)


def banks_of(tenant: UUID) -> Select[Bank]:
    """Select the banks that a tenant reads."""
    return select(Bank).where(Bank.tenant.in_(seen_by(tenant)))


def assessments_of(tenant: UUID) -> Select[Assessment]:
    """Select the assessments that a tenant reads."""
    return select(Assessment).where(Assessment.tenant.in_(seen_by(tenant)))


def bank_of(session: Session, tenant: UUID, bank_id: UUID) -> Bank:
    """Give a bank that a tenant reads. Raises `NoSuchBank`."""
    found = session.scalar(banks_of(tenant).where(Bank.id == bank_id))
    if found is None:
        raise NoSuchBank("There is no such bank here.")
    return found


def assessment_of(session: Session, tenant: UUID, assessment_id: UUID) -> Assessment:
    """Give an assessment that a tenant reads. Raises `NoSuchAssessment`."""
    found = session.scalar(assessments_of(tenant).where(Assessment.id == assessment_id))
    if found is None:
        raise NoSuchAssessment("There is no such assessment here.")
    return found


def attempts_in(tenant: UUID, enrolment_id: UUID) -> Select[Attempt]:
    """Select the attempts of an enrolment."""
    return select(Attempt).where(Attempt.tenant == tenant, Attempt.enrolment == enrolment_id)


def lines_of(session: Session, attempts: Sequence[Attempt]) -> list[AttemptLine]:
    """Give attempts of one tenant with their newest scores."""
    newest = tuple_(Grade.tenant, Grade.attempt_id, Grade.revision).in_(
        [(one.tenant, one.id, one.revision) for one in attempts]
    )
    scores: dict[UUID, int] = dict(session.execute(select(Grade.attempt_id, Grade.score).where(newest)).all())
    return [AttemptLine(attempt=one, score=scores.get(one.id)) for one in attempts]


def learner_of(session: Session, tenant: UUID, enrolment_id: UUID) -> UUID | None:
    """Give whose enrolment it is, or None where it has not arrived."""
    return session.scalar(select(Enrolment.person).where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id))


def own_attempt(tenant: UUID, attempt_id: UUID, person: UUID) -> Select[Attempt]:
    """Select an attempt, if it is this person's."""
    return select(Attempt).where(Attempt.tenant == tenant, Attempt.id == attempt_id, Attempt.person == person)


def sheet_for(session: Session, tenant: UUID, attempt_id: UUID, person: UUID) -> Sheet:
    """Give a learner's attempt with everything in it. Raises `NoSuchAttempt`."""
    attempt = session.scalar(own_attempt(tenant, attempt_id, person))
    if attempt is None:
        raise NoSuchAttempt("There is no such attempt of yours.")
    return sheet_of(session, attempt)


def sheet_of(session: Session, attempt: Attempt, *, is_new: bool = False) -> Sheet:
    """Give everything in an attempt; a new one needs no look at its answers."""
    answers = {} if is_new else {answer.question_id: answer for answer in answers_in(session, attempt)}
    return Sheet(
        attempt=attempt,
        questions=[
            Asked(item=item, options=item.options_for(attempt.id), prompts=item.prompts, answer=answers.get(item.id))
            for item in items_of(session, attempt.question_ids).values()
        ],
        result=None if attempt.is_open else result_of(session, attempt, grade_of(session, attempt)),
    )


def result_of(session: Session, attempt: Attempt, grade: Grade) -> Result:
    """Give a grade with what its authors say about each answer."""
    items = items_of(session, attempt.question_ids)
    return Result(
        attempt=attempt.id,
        revision=grade.revision,
        score=grade.score,
        correct=grade.correct,
        total=len(grade.marks),
        handed_in_at=attempt.closed_at,
        graded_at=grade.graded_at,
        questions=[_marked(items[UUID(mark["question"])], mark) for mark in grade.marks],
    )


def answers_in(session: Session, attempt: Attempt) -> Sequence[Answer]:
    """Give the saved answers of an attempt."""
    return session.scalars(select(Answer).where(Answer.tenant == attempt.tenant, Answer.attempt_id == attempt.id)).all()


def grade_of(session: Session, attempt: Attempt) -> Grade:
    """Give the newest grade of an attempt that is handed in."""
    return session.scalars(
        select(Grade).where(
            Grade.tenant == attempt.tenant, Grade.attempt_id == attempt.id, Grade.revision == attempt.revision
        )
    ).one()


def _marked(item: Item, mark: Mapping[str, Any]) -> Marked:
    return Marked(
        id=item.id,
        response=mark["response"],
        right=mark["right"],
        corrected=mark["corrected"],
        correct=mark["score"] == FULL_SCORE,
        score=mark["score"],
        feedback=replace(item, right=mark["right"]).feedback_on(mark["response"]),
    )
