"""Disputing a line of evidence, and deciding a dispute."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from services.evaluation.commands.withdrawals import people_spoken_of, withdraw_evidence
from services.evaluation.model.tables import Dispute, EvidenceLine, Person, Withdrawal
from services.evaluation.model.tables.assessment_results import EvidenceIsNotYetKnown
from services.evaluation.model.tables.disputes import (
    Decision,
    DisputeIsOpen,
    DisputeNotFound,
    EvidenceIsAboutSomebodyElse,
    EvidenceIsWithdrawn,
)
from shared.database import insert_new
from shared.ids import new_id


def dispute_evidence(
    session: Session, tenant: UUID, piece: UUID, *, competency: str, text: str, by: UUID, at: datetime
) -> Dispute:
    """Let a person disagree with a line of evidence; a line has one open dispute at a time.

    Raises `EvidenceIsNotYetKnown`, `EvidenceIsAboutSomebodyElse`, `EvidenceIsWithdrawn` and `DisputeIsOpen`.
    """
    # An erasure waits for what the person writes here, and deletes it; of who is erased already, nothing is known.
    me = select(Person.person).where(Person.tenant == tenant, Person.person == by)
    session.execute(me.with_for_update(read=True))
    about = people_spoken_of(session, tenant, piece).get(competency)
    if about is None:
        raise EvidenceIsNotYetKnown("No such evidence is known here yet. Correct its id, or try again.", piece=piece)
    if about != by:
        raise EvidenceIsAboutSomebodyElse("Only the person whom this evidence is about can dispute it.")
    line = session.get(EvidenceLine, (tenant, piece, competency))
    if session.get(Withdrawal, (tenant, piece, competency)) or (line and (line.withdrawn_by or line.revoked_by)):
        raise EvidenceIsWithdrawn("This evidence is withdrawn: it counts no more.", piece=piece)
    last = _last_dispute(session, tenant, piece, competency)
    if last is not None and last.state == "open":
        raise DisputeIsOpen("You dispute this evidence already; an analyst will decide.", dispute=last.id)
    return _opened(
        session, tenant, piece, competency, 1 if last is None else last.number + 1, text=text, person=by, at=at
    )


def decide_dispute(
    session: Session, tenant: UUID, dispute_id: UUID, *, decision: Decision, answer: str | None, by: UUID, at: datetime
) -> Dispute:
    """Dismiss a dispute, or uphold it, which withdraws the line of evidence.

    Raises `DisputeNotFound`, `DisputeIsYourOwn` and `DisputeIsDecided`.
    """
    wanted = select(Dispute).where(Dispute.tenant == tenant, Dispute.id == dispute_id)
    dispute = session.scalar(wanted.with_for_update())
    if dispute is None:
        raise DisputeNotFound("There is no such dispute.", dispute=dispute_id)
    if dispute.decide(decision, answer, by=by, at=at) and decision == "upheld":
        withdraw_evidence(
            session, tenant, dispute.piece, competency=dispute.competency, reason="dispute_upheld", by=by, at=at
        )
    return dispute


def _last_dispute(session: Session, tenant: UUID, piece: UUID, competency: str) -> Dispute | None:
    wanted = select(Dispute).where(Dispute.tenant == tenant, Dispute.piece == piece, Dispute.competency == competency)
    return session.scalar(wanted.order_by(Dispute.number.desc()).limit(1).with_for_update())


def _opened(
    session: Session, tenant: UUID, piece: UUID, competency: str, number: int, *, text: str, person: UUID, at: datetime
) -> Dispute:
    """Open a dispute, unless the person did so at the same moment on another device."""
    row = {
        "tenant": tenant,
        "id": new_id(),
        "piece": piece,
        "competency": competency,
        "number": number,
        "person": person,
        "text": text,
        "state": "open",
        "opened_at": at,
    }
    table = cast("Table", Dispute.__table__)
    insert = insert_new(table, session).on_conflict_do_nothing().returning(table.c.id)
    if session.scalar(insert, row) is None:
        raise DisputeIsOpen("You dispute this evidence already; an analyst will decide.")
    return session.get_one(Dispute, (tenant, row["id"]))
