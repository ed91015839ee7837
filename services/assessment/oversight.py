"""Whom a manager oversees: everybody who holds a post, primary or acting, in or below their units today."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.model import Person, Tenant, Unit
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
    rows = session.execute(select(Unit.id, Unit.parent).where(Unit.tenant == tenant))
    parents = {row.id: row.parent for row in rows}
    return any(not set(units).isdisjoint(upward(unit, parents)) for unit in known.units_on(on))
