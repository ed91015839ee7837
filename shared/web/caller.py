"""Who asks: a person or a machine of one tenant, with the roles it was granted."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Role = Literal["learner", "trainer", "manager", "analyst", "administrator", "operator"]

ROLES: frozenset[str] = frozenset(get_args(Role))


@dataclass(frozen=True)
class Grant:
    """A role, in one unit and below or (without a unit) in the whole tenant."""

    role: Role
    unit: UUID | None = None


@dataclass(frozen=True)
class Caller:
    """The subject of an access token."""

    id: UUID
    tenant: UUID
    grants: tuple[Grant, ...] = ()
    machine: bool = False

    def holds(self, *roles: Role) -> bool:
        """Tell whether the caller has at least one of these roles, in whatever unit."""
        return any(grant.role in roles for grant in self.grants)

    def units(self, role: Role) -> tuple[UUID | None, ...]:
        """Give the units in which the caller has a role; `None` among them means the whole tenant."""
        return tuple(grant.unit for grant in self.grants if grant.role == role)
