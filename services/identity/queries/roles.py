"""What a person may do, as their next access token will tell it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import RoleGrant
from services.identity.tokens import RoleClaim
from shared.ids import NATIONAL


def roles_of(session: Session, tenant: UUID, person_id: UUID) -> list[RoleClaim]:
    """Give the roles of a person: those granted, and being a learner; or of an operator: just that."""
    if tenant == NATIONAL:
        return [{"role": "operator"}]
    granted = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.tenant == tenant, RoleGrant.person_id == person_id)
        .order_by(RoleGrant.role, RoleGrant.unit_id)
    )
    return [{"role": "learner"}, *(_claim(grant) for grant in granted)]


def roles_of_all(session: Session, tenant: UUID, people: list[UUID]) -> dict[UUID, list[RoleClaim]]:
    """Give the roles of several people of a city, by person."""
    roles: dict[UUID, list[RoleClaim]] = {person: [{"role": "learner"}] for person in people}
    granted = select(RoleGrant).where(RoleGrant.tenant == tenant, RoleGrant.person_id.in_(people))
    for grant in session.scalars(granted.order_by(RoleGrant.role, RoleGrant.unit_id)):
        roles[grant.person_id].append(_claim(grant))
    return roles


def _claim(grant: RoleGrant) -> RoleClaim:
    return {"role": grant.role, "unit": str(grant.unit_id)} if grant.unit_id else {"role": grant.role}
