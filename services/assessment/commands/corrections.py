"""Corrects the keys of questions, and marks again the attempts that were marked by the old ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.assessment.commands.marking import BATCH, marking_items, say_graded
from services.assessment.model import Assessment, AssessmentVersion, Attempt, Bank, Correction, Grade, Question
from services.assessment.model.corrections import QuestionIsSuperseded, with_key
from services.assessment.queries import NoSuchBank, NoSuchQuestion
from shared import audit, clock


def correct_key(session: Session, tenant: UUID, bank_id: UUID, question_id: UUID, key: Mapping[str, Any]) -> Question:
    """Make the next revision of a question, with another key, and let all who were asked before be marked again.

    The same again changes nothing. Raises `NoSuchBank`, `NoSuchQuestion`, `KeyDoesNotFit` or `QuestionIsSuperseded`.
    """
    # It takes turns with imports into the bank, because both decide from the questions that they find.
    bank = session.scalar(select(Bank).where(Bank.tenant == tenant, Bank.id == bank_id).with_for_update(key_share=True))
    if bank is None:
        raise NoSuchBank("There is no such bank here.")
    old = session.scalar(
        select(Question).where(Question.tenant == tenant, Question.bank_id == bank.id, Question.id == question_id)
    )
    if old is None:
        raise NoSuchQuestion("There is no such question in this bank.")
    at = clock.now()
    fresh = old.corrected(with_key(old, key), at=at)
    if fresh.right == old.right and old.retired_at is None:
        return old
    known = _corrections_to(session, tenant, old)
    if old.retired_at is not None:
        return _successor(session, known.get(old.id), fresh)
    old.retire(at)
    session.flush()  # A retired revision leaves its number before the next one takes it.
    session.add(fresh)
    session.flush()
    known.setdefault(old.id, Correction(tenant=tenant, question_id=old.id))
    for correction in known.values():
        correction.lead_to(fresh, at=at)
        session.add(correction)
    session.flush()
    audit.note(session, act="key.corrected", subject=f"question/{old.id}", tenant=tenant, successor=fresh.id)
    return fresh


def mark_corrected_attempts_again(session: Session) -> None:
    """Mark again, by the keys in force, a batch of the attempts that were asked what was corrected since: a timer."""
    unfinished = (
        select(Correction)
        .where(Correction.finished_at.is_(None))
        .order_by(Correction.corrected_at, Correction.question_id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    left, at = BATCH, clock.now()
    for correction in session.scalars(unfinished).all():
        seen = _next_attempts(session, correction, most=left)
        correction.remarked += _mark_again(session, [one for one in seen if one.asks(correction.question_id)], at=at)
        if len(seen) < left:
            correction.finished_at = at
        if seen:
            correction.after = seen[-1].id
        left -= len(seen)
        if not left:
            break


def _corrections_to(session: Session, tenant: UUID, question: Question) -> dict[UUID, Correction]:
    """Give the corrections that led to a revision, and that of itself; a further one goes on from all of them."""
    found = select(Correction).where(
        Correction.tenant == tenant,
        (Correction.successor == question.id) | (Correction.question_id == question.id),
    )
    return {one.question_id: one for one in session.scalars(found)}


def _successor(session: Session, correction: Correction | None, wanted: Question) -> Question:
    if correction is None or correction.right != wanted.right:
        raise QuestionIsSuperseded("There is a newer revision of this question; correct that one.")
    return session.scalars(
        select(Question).where(Question.tenant == correction.tenant, Question.id == correction.successor)
    ).one()


def _next_attempts(session: Session, correction: Correction, *, most: int) -> Sequence[Attempt]:
    """Give the next attempts at the versions that may ask a question, of any tenant, in the order of their ids.

    Open ones too, so that one that is being handed in by the old key just now is waited for.
    """
    versions = session.execute(
        select(AssessmentVersion.assessment_id, AssessmentVersion.version, AssessmentVersion.questions)
        .join(Assessment, Assessment.id == AssessmentVersion.assessment_id)
        .join(Question, Question.bank_id == Assessment.bank_id)
        .where(Question.id == correction.question_id)
    )
    asking = [(one, version) for one, version, asked in versions if str(correction.question_id) in asked]
    if not asking:
        return []
    wanted = select(Attempt).where(tuple_(Attempt.assessment_id, Attempt.version).in_(asking))
    if correction.after is not None:
        wanted = wanted.where(Attempt.id > correction.after)
    locked = wanted.order_by(Attempt.id).limit(most).with_for_update(key_share=True)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def _mark_again(session: Session, attempts: Sequence[Attempt], *, at: datetime) -> int:
    """Mark attempts by the keys in force, say those whose marks changed, and count them."""
    closed = [attempt for attempt in attempts if not attempt.is_open]
    items = marking_items(session, {question for attempt in closed for question in attempt.question_ids})
    grades = _grades_of(session, closed)
    again = []
    for attempt in closed:
        asked = [items[question] for question in attempt.question_ids]
        grade = attempt.mark_again(grades[attempt.id], asked, at=at)
        if grade is not None:
            again.append((attempt, grade, asked))
    session.add_all(grade for _, grade, _ in again)
    session.flush()
    say_graded(session, again)
    return len(again)


def _grades_of(session: Session, attempts: Sequence[Attempt]) -> dict[UUID, Grade]:
    """Give the newest grade of each attempt."""
    found = select(Grade).where(
        Grade.tenant.in_({attempt.tenant for attempt in attempts}),
        Grade.attempt_id.in_([attempt.id for attempt in attempts]),
    )
    return {grade.attempt_id: grade for grade in session.scalars(found.order_by(Grade.revision))}
