"""Whether an account is open, and who can be reached by mail."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import MailAddress, Person, RoleGrant, SignInName, Tenant
from services.identity.model.accounts import read_sign_in_name
from services.identity.model.mails import hash_address
from shared import clock
from shared.ids import NATIONAL


def may_sign_in(session: Session, tenant: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether a person's account is open on this day in their city; an operator's always is."""
    return tenant == NATIONAL or person_id in open_accounts(session, tenant, [person_id], at=at)


def open_accounts(session: Session, tenant: UUID, people: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Give those of some people of a tenant who may sign in."""
    today = clock.local_day(at, session.get_one(Tenant, tenant).zone)
    grants = select(RoleGrant.person_id).where(RoleGrant.tenant == tenant, RoleGrant.person_id.in_(people))
    with_role = set(session.scalars(grants))
    found = session.scalars(select(Person).where(Person.tenant == tenant, Person.id.in_(people)))
    return {person.id for person in found if person.may_sign_in(today, has_role=person.id in with_role)}


def who_is_called(session: Session, typed: str) -> tuple[UUID, UUID] | None:
    """Give the tenant and id of whoever signs in with a name, or alone has this address; the work is always the same.

    An address that several people share names none of them: the link would open an account of somebody else.
    """
    entry = session.get(SignInName, read_sign_in_name(typed))
    wanted = select(MailAddress.tenant, MailAddress.person_id).where(MailAddress.address_hash == hash_address(typed))
    reached = session.execute(wanted.limit(2)).all()
    if entry is not None:
        return entry.tenant, entry.person_id
    return (reached[0].tenant, reached[0].person_id) if len(reached) == 1 else None
