"""People, as far as the one who asks may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import ErasedPerson, Person, Unit, Zone
from shared import clock
from shared.errors import Forbidden, NotFound, NotYetKnown
from shared.trees import upward
from shared.web.caller import Caller


class TenantIsNotYetKnown(NotYetKnown):
    """The tenant's time zone has not arrived from identity, so nobody knows what day it is there."""


class PersonIsNotYetKnown(NotYetKnown):
    """No fact about this person has arrived from identity."""


class PersonNotFound(NotFound):
    """Somebody who was erased never comes back: waiting for them is in vain."""


class MachineIsNobody(NotFound):
    """A machine has a token, but it is no person with an evaluation of its own."""


class PersonMayNotBeSeen(Forbidden):
    """People see themselves; managers see who works in their units; analysts and administrators see everybody."""


@dataclass(frozen=True)
class Sight:
    """Whom a caller may see: everybody of the tenant, or themselves and who works in or below some units today."""

    own: UUID
    everybody: bool = False
    units: frozenset[UUID] = frozenset()


def today_in(session: Session, tenant: UUID) -> date:
    """Give the calendar day that it is in a tenant. Raises `TenantIsNotYetKnown`."""
    return clock.local_day(clock.now(), zone_of(session, tenant))


def zone_of(session: Session, tenant: UUID) -> str:
    """Give the IANA zone in which a tenant's days are cut. Raises `TenantIsNotYetKnown`."""
    zone = session.scalar(select(Zone.zone).where(Zone.tenant == tenant))
    if zone is None:
        raise TenantIsNotYetKnown("The city's time zone has not arrived here yet. Try again.")
    return zone


def person_seen(session: Session, tenant: UUID, person_id: UUID, sight: Sight, *, today: date) -> Person:
    """Give a person.

    Raises `PersonMayNotBeSeen`, and for whom the caller would see `PersonIsNotYetKnown` or `PersonNotFound`.
    """
    whoever = sight.everybody or person_id == sight.own
    if not whoever and not sight.units:
        raise PersonMayNotBeSeen("You may not see this person's evaluation.")
    person = session.get(Person, (tenant, person_id))
    if person is None:
        raise nobody_here(session, tenant, person_id)
    if not whoever and not _works_below(session, tenant, person, sight.units, today):
        raise PersonMayNotBeSeen("You may not see this person's evaluation.")
    return person


def nobody_here(session: Session, tenant: UUID, person_id: UUID) -> PersonIsNotYetKnown | PersonNotFound:
    """Give the refusal for somebody of whom there is no copy: they were erased, or have not arrived."""
    if session.get(ErasedPerson, (tenant, person_id)) is not None:
        return PersonNotFound("There is no such person any more.")
    return PersonIsNotYetKnown("Nothing is known of this person here yet. Try again.", person=person_id)


def seen_among(session: Session, tenant: UUID, people: Collection[UUID], sight: Sight, *, today: date) -> list[UUID]:
    """Give those of some people who work today in or below the units of a caller."""
    parents = _parents(session, tenant)
    wanted = select(Person).where(Person.tenant == tenant, Person.person.in_(people))
    return [
        one.person
        for one in session.scalars(wanted)
        if any(sight.units.intersection(upward(post.unit, parents)) for post in one.posts_on(today))
    ]


def oversees(session: Session, who: Caller, person_id: UUID) -> bool:
    """Tell whether a caller is a manager of a person today: of the whole tenant, or of a unit that they work below."""
    managed = who.units("manager")
    units = frozenset(unit for unit in managed if unit)
    if None in managed or not units:
        return None in managed
    person = session.get(Person, (who.tenant, person_id))
    zone = session.scalar(select(Zone.zone).where(Zone.tenant == who.tenant))
    if person is None or zone is None:
        return False
    return _works_below(session, who.tenant, person, units, clock.local_day(clock.now(), zone))


def unit_name(session: Session, tenant: UUID, unit: UUID) -> str | None:
    """Give the name of a unit."""
    return session.scalar(select(Unit.name).where(Unit.tenant == tenant, Unit.unit == unit))


def units_from(session: Session, tenant: UUID, units: Collection[UUID]) -> set[UUID]:
    """Give some units and every unit below them, as the tree stands today."""
    parents = _parents(session, tenant)
    return {*units, *(unit for unit in parents if not set(units).isdisjoint(upward(unit, parents)))}


def _works_below(session: Session, tenant: UUID, person: Person, units: frozenset[UUID], today: date) -> bool:
    parents = _parents(session, tenant)
    return any(units.intersection(upward(post.unit, parents)) for post in person.posts_on(today))


def _parents(session: Session, tenant: UUID) -> dict[UUID, UUID | None]:
    rows = session.execute(select(Unit.unit, Unit.parent).where(Unit.tenant == tenant))
    return {row.unit: row.parent for row in rows}
