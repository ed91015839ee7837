"""Roles: what an administrator grants to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.model import Person, RoleGrant, Unit
from services.identity.model.accounts import Role
from shared import audit
from shared.errors import Invalid


class NoSuchUnit(Invalid):
    """A role is bound to a unit of the same tenant."""


@dataclass(frozen=True, kw_only=True)
class RoleWanted:
    """A role that a person shall have."""

    role: Role
    unit: UUID | None = None


def set_roles(session: Session, tenant: UUID, person_id: UUID, wanted: Sequence[RoleWanted]) -> list[RoleGrant]:
    """Let a person have exactly these roles, besides being a learner. They count from the next access token on.

    Raises `NoSuchPerson`, `NoSuchUnit`, `RoleNeedsUnit` or `RoleTakesNoUnit`.
    """
    person = session.scalar(select(Person.id).where(Person.tenant == tenant, Person.id == person_id).with_for_update())
    if person is None:
        raise NoSuchPerson("There is no such person here.")
    grants = [RoleGrant.grant(tenant, person_id, role=one.role, unit_id=one.unit) for one in dict.fromkeys(wanted)]
    _require_units(session, tenant, {one.unit for one in wanted if one.unit})
    session.execute(delete(RoleGrant).where(RoleGrant.tenant == tenant, RoleGrant.person_id == person_id))
    session.add_all(grants)
    named = " ".join(f"{one.role}/{one.unit_id}" if one.unit_id else one.role for one in grants)
    audit.note(session, act="roles.granted", subject=f"person/{person_id}", tenant=tenant, roles=named)
    return grants


def _require_units(session: Session, tenant: UUID, units: set[UUID]) -> None:
    known = set(session.scalars(select(Unit.id).where(Unit.tenant == tenant, Unit.id.in_(units))))
    missing = sorted(str(unit) for unit in units - known)
    if missing:
        raise NoSuchUnit(f"There is no unit {missing[0]} here.", units=missing)
