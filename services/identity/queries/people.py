"""Units and people, as far as the one who asks may see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from services.identity.model import Account, Operator, Person, PostHeld, SignInName, Tenant, Unit
from services.identity.model.organisation import units_below
from shared import clock
from shared.ids import NATIONAL
from shared.web.caller import Caller


@dataclass(frozen=True)
class Sight:
    """Whom a caller may see: everyone of the tenant, or themselves and whoever holds a post in some units today."""

    own: UUID
    everyone: bool = False
    units: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Named:
    """A person's name, and the unit of the primary post held today."""

    id: UUID
    name: str
    unit: str | None
    has_nip: bool = True


def today_in(session: Session, tenant: UUID) -> date:
    """Give the calendar day that it is in a tenant."""
    return clock.local_day(clock.now(), session.get_one(Tenant, tenant).zone)


def units_from(session: Session, tenant: UUID, tops: Collection[UUID]) -> frozenset[UUID]:
    """Give those of these units that are the tenant's, and everything below them."""
    rows = session.execute(select(Unit.id, Unit.parent_id).where(Unit.tenant == tenant)).all()
    parents: dict[UUID, UUID | None] = {row.id: row.parent_id for row in rows}
    return frozenset(units_below([top for top in tops if top in parents], parents))


def units_of(tenant: UUID) -> Select[Unit]:
    """Give the query of a tenant's units."""
    return select(Unit).where(Unit.tenant == tenant)


def people_seen(tenant: UUID, sight: Sight, *, today: date) -> Select[Person]:
    """Give the query of the people whom a caller may see."""
    people = select(Person).where(Person.tenant == tenant)
    if sight.everyone:
        return people
    return people.where(or_(Person.id == sight.own, holds_post_in(sight.units, today=today)))


def holds_post_in(units: Collection[UUID], *, today: date) -> ColumnElement[bool]:
    """Give the condition that a person holds a post, primary or acting, in one of these units today."""
    return (
        select(PostHeld.id)
        .where(
            PostHeld.person_id == Person.id,
            PostHeld.unit_id.in_(units),
            PostHeld.valid_from <= today,
            or_(PostHeld.valid_to.is_(None), PostHeld.valid_to >= today),
        )
        .exists()
    )


def names_of(session: Session, tenant: UUID, ids: Collection[UUID], sight: Sight) -> list[Named]:
    """Turn ids into names and units, leaving out whoever does not exist or may not be seen."""
    if tenant == NATIONAL:
        return []  # Operators are no people of a city.
    today = today_in(session, tenant)
    people = session.scalars(people_seen(tenant, sight, today=today).where(Person.id.in_(ids)).order_by(Person.id))
    posts = {person: person.primary_post(today) for person in people}
    named = unit_names(session, tenant, {post.unit_id for post in posts.values() if post})
    return [
        Named(person.id, person.name, named[post.unit_id] if post else None, person.nip is not None)
        for person, post in posts.items()
    ]


def oversees(session: Session, who: Caller, person_id: UUID) -> bool:
    """Tell whether a caller is a manager of a person, who holds a post in or below the managed units today."""
    units = units_from(session, who.tenant, [unit for unit in who.units("manager") if unit])
    if not units:
        return False
    condition = holds_post_in(units, today=today_in(session, who.tenant))
    person = select(Person.id).where(Person.tenant == who.tenant, Person.id == person_id, condition)
    return session.scalar(person) is not None


def waiting_in(session: Session, tenant: UUID, units: Collection[UUID]) -> list[UUID]:
    """Give the people with a post in these units today who have not set a password yet."""
    has_password = select(Account.person_id).where(Account.person_id == Person.id).exists()
    condition = holds_post_in(units, today=today_in(session, tenant))
    return list(session.scalars(select(Person.id).where(Person.tenant == tenant, condition, ~has_password)))


def unit_names(session: Session, tenant: UUID, units: Collection[UUID]) -> dict[UUID, str]:
    """Give the names of some units by id."""
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.tenant == tenant, Unit.id.in_(units)))
    return {row.id: row.name for row in rows}


def ids_of(session: Session, tenant: UUID, numbers: Sequence[str]) -> dict[str, UUID]:
    """Turn the NIPs of a tenant's people into ids; an unknown one is left out."""
    found: dict[str, UUID] = {}
    for start in range(0, len(numbers), 1_000):
        some = numbers[start : start + 1_000]
        rows = session.execute(select(Person.nip, Person.id).where(Person.tenant == tenant, Person.nip.in_(some)))
        found.update({row.nip: row.id for row in rows if row.nip})
    return found


def name_of(session: Session, tenant: UUID, person_id: UUID) -> str | None:
    """Give the name of a person of a tenant, or of an operator."""
    kind = Operator if tenant == NATIONAL else Person
    return session.scalar(select(kind.name).where(kind.tenant == tenant, kind.id == person_id))


def who_signs_in_as(session: Session, name: str) -> SignInName | None:
    """Give the tenant and the person behind a NIP or an operator's name."""
    return session.get(SignInName, name)
