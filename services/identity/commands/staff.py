"""The staff of providers: people without a NIP and without posts, who sign in with their address."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.commands.addresses import keep_addresses
from services.identity.commands.roster_people import person_assigned
from services.identity.model import OneTimeCode, Person, RoleGrant, SignInName, Tenant
from services.identity.model.mails import same_address
from services.identity.roster_row import is_address
from shared import audit
from shared.database import bind_tenant
from shared.errors import Conflict, Invalid
from shared.messaging import outbox

StaffRole = Literal["trainer", "administrator"]
"""What the staff of a provider do: they make courses, or they look after the others."""


class CityRegistersByRoster(Conflict):
    """The people of a city are civil servants, with NIP and post: they come with its roster."""


class AddressTaken(Conflict):
    """The staff of providers sign in with their address, so that it stands for one person."""


class StaffNeedNameAndAddress(Invalid):
    """Somebody is called by a name, and signs in with an address."""


def register_staff(session: Session, tenant: UUID, *, name: str, email: str, roles: Sequence[StaffRole]) -> Person:
    """Register one of the staff of a provider, with these roles.

    Raises `CityRegistersByRoster`, `StaffNeedNameAndAddress` or `AddressTaken`.
    """
    bind_tenant(session, tenant)
    if session.get_one(Tenant, tenant).kind != "provider":
        raise CityRegistersByRoster("This is a city: import its people with a roster.")
    if not roles:
        raise StaffNeedNameAndAddress("Give at least one role: whoever has none does not sign in.")
    address = _checked(name, email)
    _require_free(session, address)
    person = Person.register(
        tenant, nip=None, name=name.strip(), email=address, employment_type=None, contract_start=None
    )
    session.add_all([person, SignInName(name=address, tenant=tenant, person_id=person.id)])
    session.add_all(RoleGrant.grant(tenant, person.id, role=role, unit_id=None) for role in dict.fromkeys(roles))
    session.flush()
    keep_addresses(session, [person])
    outbox.append(session, person_assigned(person))
    audit.note(session, act="staff.registered", subject=f"person/{person.id}", tenant=tenant, roles=" ".join(roles))
    return person


def describe_staff(session: Session, tenant: UUID, person_id: UUID, *, name: str, email: str) -> Person:
    """Give one of the staff another name or address; they sign in with the new one from now on.

    A code that went to the old address opens nothing any more: that may be the address of somebody else.
    Raises `NoSuchPerson`, `StaffNeedNameAndAddress` or `AddressTaken`.
    """
    wanted = select(Person).where(Person.tenant == tenant, Person.id == person_id, Person.nip.is_(None))
    person = session.scalar(wanted.with_for_update())
    if person is None:
        raise NoSuchPerson("There is nobody with this id among the staff here.")
    address = _checked(name, email)
    if address != person.email:
        _require_free(session, address)
        session.execute(update(SignInName).where(SignInName.person_id == person_id).values(name=address))
        session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == person_id))
    person.describe(name=name.strip(), email=address)
    keep_addresses(session, [person])
    return person


def provider_by_code(session: Session, code: str) -> UUID | None:
    """Give the provider with a code."""
    return session.scalar(select(Tenant.id).where(Tenant.code == code, Tenant.kind == "provider"))


def _checked(name: str, email: str) -> str:
    address = same_address(email)
    if not name.strip() or not is_address(address):
        raise StaffNeedNameAndAddress("Give a name, and an e-mail address like sari@univ.example.")
    return address


def _require_free(session: Session, address: str) -> None:
    if session.scalar(select(SignInName.name).where(SignInName.name == address)) is not None:
        raise AddressTaken("Somebody signs in with this address already.")
