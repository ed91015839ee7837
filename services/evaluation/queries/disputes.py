"""Disputes as analysts and the people themselves read them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Dispute


def disputes_of(tenant: UUID, *, state: str | None = None, person: UUID | None = None) -> Select[Dispute]:
    """Give the query of a tenant's disputes, or of those in a state, or of a person's."""
    wanted = select(Dispute).where(Dispute.tenant == tenant)
    if state is not None:
        wanted = wanted.where(Dispute.state == state)
    return wanted if person is None else wanted.where(Dispute.person == person)


def states_of(session: Session, tenant: UUID, pieces: Collection[UUID]) -> dict[tuple[str, UUID], str]:
    """Give the state of the last dispute about each line of some pieces, by competency and piece."""
    wanted = select(Dispute.competency, Dispute.piece, Dispute.state)
    some = wanted.where(Dispute.tenant == tenant, Dispute.piece.in_(pieces)).order_by(Dispute.number)
    return {(row.competency, row.piece): row.state for row in session.execute(some)}
