"""Whom a manager oversees: everybody who holds a post, primary or acting, in or below their units today."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.model import Person, Tenant, Unit
from shared import clock
from shared.trees import upward
from shared.web.caller import Caller


def oversees(session: Session, who: Caller, person: UUID) -> bool:
    """Tell whether a caller is a manager of a person today: of the whole tenant, or of a unit that they work below."""
    managed = who.units("manager")
    units = {unit for unit in managed if unit}
    if None in managed:
        return True
    zone = session.scalar(select(Tenant.zone).where(Tenant.tenant == who.tenant))
    if not units or zone is None:
        return False
    return works_below(session, who.tenant, person, units, on=clock.local_day(clock.now(), zone))


def works_below(session: Session, tenant: UUID, person: UUID, units: Collection[UUID], *, on: date) -> bool:
    """Tell whether a person holds a post in or below some units on a day, as the tree stands."""
    known = session.scalar(select(Person).where(Person.tenant == tenant, Person.id == person))
    if known is None:
        return False
    parents = _parents(session, tenant)
    return any(_is_below(unit, units, parents) for unit in known.units_on(on))


def units_below(session: Session, tenant: UUID, units: Collection[UUID]) -> set[UUID]:
    """Give some units and every unit below them, as the tree stands."""
    parents = _parents(session, tenant)
    return {*units, *(unit for unit in parents if _is_below(unit, units, parents))}


def _is_below(unit: UUID, units: Collection[UUID], parents: Mapping[UUID, UUID | None]) -> bool:
    above = upward(unit, parents)
    return any(one in units for one in above)


def _parents(session: Session, tenant: UUID) -> dict[UUID, UUID | None]:
    rows = session.execute(select(Unit.id, Unit.parent).where(Unit.tenant == tenant))
    return {row.id: row.parent for row in rows}
