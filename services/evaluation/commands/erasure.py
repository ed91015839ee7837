"""Forgetting a person: what was recorded here goes with the copies and the ledger."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.evaluation.model.tables import (
    Activity,
    AnnouncedLevel,
    AssessmentResult,
    Certificate,
    CertificateContent,
    Dispute,
    Withdrawal,
)
from shared.forgetting import forget_person

RECORDED = (Activity, CertificateContent, Certificate, Dispute, Withdrawal, AssessmentResult, AnnouncedLevel)
"""What is recorded of people, in an order in which nothing refers to what went before."""


def erase_person(session: Session, tenant: UUID, person: UUID) -> None:
    """Delete everything that was recorded of a person: results, disputes with texts, activities with files, requests.

    Whoever records something of a person holds the person's row, which the fold of the erasure deletes first: so
    nothing is recorded meanwhile.
    """
    for kept in RECORDED:
        session.execute(delete(kept).where(kept.tenant == tenant, kept.person == person))
    forget_person(session, tenant, person)
