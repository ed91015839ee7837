"""Closes attempts and marks them: at their learner's word, or when their time is up."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.items import items_of
from services.assessment.model import Answer, Attempt, Correction, Grade, Item, Response
from services.assessment.queries import grade_of
from shared import clock
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.messaging import outbox

BATCH = 500
"""How many attempts a call of the timer closes: with 50 questions each, some seconds of one core at most."""


def close_attempt(session: Session, attempt: Attempt, *, at: datetime) -> Grade:
    """Hand in an attempt whose row is locked; one that is handed in already keeps its grade."""
    if not attempt.is_open:
        return grade_of(session, attempt)
    (grade,) = _close(session, [attempt], at=at)
    return grade


def hand_in_overdue_attempts(session: Session) -> None:
    """Hand in what is saved of the attempts whose time is up, as of their end: a timer, over all tenants.

    An attempt that its learner hands in just now is left to them; it is handed in at its end all the same.
    """
    at = clock.now()
    overdue = (
        select(Attempt)
        .where(Attempt.handed_in_at.is_(None), Attempt.closes_at <= at)
        .order_by(Attempt.closes_at, Attempt.id)
        .limit(BATCH)
        .with_for_update(key_share=True, skip_locked=True)
    )
    if attempts := session.scalars(overdue).all():
        _close(session, attempts, at=at)


def marking_items(session: Session, questions: Collection[UUID]) -> dict[UUID, Item]:
    """Give questions with the keys in force. They must come from attempts that the caller may mark."""
    # Asked after the attempt is locked: who corrects a key later finds the attempt handed in.
    found = select(Correction.question_id, Correction.right).where(Correction.question_id.in_(questions))
    rights: dict[UUID, Any] = dict(session.execute(found).all())
    return {
        name: replace(item, right=rights[name], corrected=rights[name] != item.right) if name in rights else item
        for name, item in items_of(session, questions).items()
    }


def say_graded(session: Session, marked: Iterable[tuple[Attempt, Grade, Sequence[Item]]]) -> None:
    """Say attempts with their newest grades and the items of their questions."""
    outbox.append(session, *(_graded(attempt, grade, items) for attempt, grade, items in marked))


def dimensions(attempt: Attempt) -> dict[str, Any]:
    """Give what every event about an attempt is stamped with."""
    return {
        "tenant": attempt.tenant,
        "attempt": attempt.id,
        "enrolment": attempt.enrolment,
        "person": attempt.person,
        "course": attempt.course,
        "version": attempt.course_version,
        "class_": attempt.class_,
        "programme": attempt.programme,
        "provider": attempt.provider,
        "unit": attempt.unit,
    }


def _close(session: Session, attempts: Sequence[Attempt], *, at: datetime) -> list[Grade]:
    """Mark open attempts of any tenants, whose rows are locked, and say so."""
    items = marking_items(session, {question for attempt in attempts for question in attempt.question_ids})
    answers = _answers_of(session, attempts)
    asked = [[items[question] for question in attempt.question_ids] for attempt in attempts]
    grades = [attempt.hand_in(ones, answers[attempt.id], at=at) for attempt, ones in zip(attempts, asked, strict=True)]
    session.add_all(grades)
    session.flush()
    say_graded(session, zip(attempts, grades, asked, strict=True))
    return grades


def _answers_of(session: Session, attempts: Sequence[Attempt]) -> Mapping[UUID, dict[UUID, Response]]:
    found: dict[UUID, dict[UUID, Response]] = defaultdict(dict)
    saved = select(Answer.attempt_id, Answer.question_id, Answer.response).where(
        Answer.tenant.in_({attempt.tenant for attempt in attempts}),
        Answer.attempt_id.in_([attempt.id for attempt in attempts]),
    )
    for attempt, question, response in session.execute(saved):
        found[attempt][question] = response
    return found


def _graded(attempt: Attempt, grade: Grade, items: Sequence[Item]) -> AttemptGraded:
    scores = {mark["question"]: mark["score"] for mark in grade.marks}
    return AttemptGraded(
        **dimensions(attempt),
        time=grade.graded_at,
        revision=grade.revision,
        assessment=attempt.assessment_id,
        assessment_version=attempt.version,
        role=attempt.role,
        score=grade.score,
        handed_in_at=attempt.closed_at,
        handed_in_on=attempt.closed_on,
        items=tuple(_marked(item, scores[str(item.id)]) for item in items),
    )


def _marked(item: Item, score: int) -> MarkedItem:
    calibration = item.calibration
    return MarkedItem(
        id=item.id,
        competency=item.competency,
        level=item.level,
        score=score,
        c=item.chance,
        a=calibration.a if calibration else None,
        b=calibration.b if calibration else None,
    )
