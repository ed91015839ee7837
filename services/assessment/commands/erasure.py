"""Forgets what a person answered; scores stay, under an id that leads nowhere."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.assessment.model import Answer, Attempt, Enrolment, Grade
from shared.forgetting import forget_person


def forget_learner(session: Session, tenant: UUID, person: UUID) -> None:
    """Drop a person's open attempts, and every answer with what was shown of it; repeated, it finds nothing."""
    enrolled = select(Enrolment.id).where(Enrolment.tenant == tenant, Enrolment.person == person)
    theirs = select(Attempt.id).where(Attempt.tenant == tenant, Attempt.person == person)
    # Locked in order: who begins, saves or hands in just now is waited for, and finds nothing afterwards.
    session.execute(enrolled.order_by(Enrolment.id).with_for_update(key_share=True))
    attempts = session.scalars(theirs.order_by(Attempt.id).with_for_update(key_share=True)).all()
    session.execute(delete(Answer).where(Answer.tenant == tenant, Answer.attempt_id.in_(attempts)))
    session.execute(update(Grade).where(Grade.tenant == tenant, Grade.attempt_id.in_(attempts)).values(marks=[]))
    session.execute(
        delete(Attempt).where(Attempt.tenant == tenant, Attempt.id.in_(attempts), Attempt.handed_in_at.is_(None))
    )
    forget_person(session, tenant, person)
