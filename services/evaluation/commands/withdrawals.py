"""Withdrawing evidence: an analyst's decision that a piece no longer speaks of a competency."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import AssessmentResult, EvidenceLine, Withdrawal
from services.evaluation.model.tables.assessment_results import EvidenceIsNotYetKnown, EvidenceIsYourOwn
from shared import audit
from shared.database import insert_new
from shared.events.evaluation import EvidenceWithdrawn, WithdrawalReason
from shared.messaging import outbox


def withdraw_evidence(
    session: Session,
    tenant: UUID,
    piece: UUID,
    *,
    competency: str | None,
    reason: WithdrawalReason,
    by: UUID,
    at: datetime,
) -> list[Withdrawal]:
    """Withdraw a piece of evidence for one competency, or for all that it speaks of.

    Gives what is withdrawn of them by then; what was withdrawn before stays as it was decided.
    Raises `EvidenceIsNotYetKnown` and `EvidenceIsYourOwn`.
    """
    people = people_spoken_of(session, tenant, piece)
    wanted = people.keys() if competency is None else people.keys() & {competency}
    if not wanted:
        raise EvidenceIsNotYetKnown("No such evidence is known here yet. Correct its id, or try again.", piece=piece)
    if by in people.values():
        raise EvidenceIsYourOwn("Let another analyst withdraw this evidence: it is about you.", piece=piece)
    for one in _claimed(session, tenant, piece, {code: people[code] for code in wanted}, reason=reason, by=by, at=at):
        _mark_result(session, tenant, piece, one)
        outbox.append(
            session,
            EvidenceWithdrawn(tenant=tenant, piece=piece, person=people[one], competency=one, reason=reason),
        )
        details = {"competency": one, "reason": reason}
        audit.note(session, act="evidence.withdrawn", subject=f"evidence/{piece}", tenant=tenant, **details)
    return _withdrawals(session, tenant, piece, wanted)


def people_spoken_of(session: Session, tenant: UUID, piece: UUID) -> dict[str, UUID]:
    """Give of whom a piece of evidence speaks, by competency: as its lines say, or as it was recorded here."""
    found: dict[str, UUID] = {}
    for kept in (AssessmentResult, EvidenceLine):
        rows = session.execute(
            select(kept.competency, kept.person).where(kept.tenant == tenant, kept.piece == piece)
        ).all()
        found |= {row.competency: row.person for row in rows}
    return found


def _claimed(
    session: Session,
    tenant: UUID,
    piece: UUID,
    people: Mapping[str, UUID],
    *,
    reason: WithdrawalReason,
    by: UUID,
    at: datetime,
) -> list[str]:
    """Note withdrawals, and name the competencies for which nobody had decided it before."""
    rows = [
        {
            "tenant": tenant,
            "piece": piece,
            "competency": code,
            "person": person,
            "reason": reason,
            "decided_by": by,
            "decided_at": at,
        }
        for code, person in sorted(people.items())
    ]
    table = cast("Table", Withdrawal.__table__)
    insert = insert_new(table, session).on_conflict_do_nothing().returning(table.c.competency)
    return sorted(row.competency for row in session.execute(insert, rows))


def _mark_result(session: Session, tenant: UUID, piece: UUID, competency: str) -> None:
    """Let another level be recorded in the place of a result that was recorded here."""
    wanted = select(AssessmentResult).where(AssessmentResult.tenant == tenant, AssessmentResult.piece == piece)
    result = session.scalar(wanted.where(AssessmentResult.competency == competency).with_for_update())
    if result is not None:
        result.withdrawn = True


def _withdrawals(session: Session, tenant: UUID, piece: UUID, competencies: Collection[str]) -> list[Withdrawal]:
    wanted = select(Withdrawal).where(Withdrawal.tenant == tenant, Withdrawal.piece == piece)
    chosen = wanted.where(Withdrawal.competency.in_(competencies)).order_by(Withdrawal.competency)
    return list(session.scalars(chosen))
