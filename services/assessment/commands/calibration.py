"""Calibrates questions: assessments ask them so from their next publication on."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.assessment.model import Bank, Calibration, Correction, Question
from services.assessment.model.corrections import QuestionIsSuperseded
from services.assessment.queries import NoSuchBank, NoSuchQuestion
from shared import clock


def calibrate_question(
    session: Session, tenant: UUID, bank_id: UUID, question_id: UUID, calibration: Calibration | None
) -> Question:
    """Make the next revision of a question, with another calibration or none; the same again changes nothing.

    What was marked stays as it is. Raises `NoSuchBank`, `NoSuchQuestion` or `QuestionIsSuperseded`.
    """
    # It takes turns with imports and corrections, because all of them decide from the questions that they find.
    bank = session.scalar(select(Bank).where(Bank.tenant == tenant, Bank.id == bank_id).with_for_update(key_share=True))
    if bank is None:
        raise NoSuchBank("There is no such bank here.")
    old = session.scalar(
        select(Question).where(Question.tenant == tenant, Question.bank_id == bank.id, Question.id == question_id)
    )
    if old is None:
        raise NoSuchQuestion("There is no such question in this bank.")
    if old.retired_at is not None:
        raise QuestionIsSuperseded("There is a newer revision of this question; calibrate that one.")
    if old.calibration == calibration:
        return old
    at = clock.now()
    old.retire(at)
    session.flush()  # A retired revision leaves its number before the next one takes it.
    fresh = old.calibrated(calibration, at=at)
    session.add(fresh)
    session.flush()
    led_here = (Correction.tenant == tenant, Correction.successor == old.id)
    session.execute(update(Correction).where(*led_here).values(successor=fresh.id))
    session.add(Correction.follow(old, fresh, at=at))
    session.flush()
    return fresh
