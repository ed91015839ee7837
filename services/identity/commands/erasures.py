"""Erasing a person: nothing is kept but the id, which leads nowhere, and the fact that it was erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.erasure_register import Erasure, ErasureRegister
from services.identity.model import (
    Account,
    AuthorizationCode,
    BrowserSession,
    CodeMade,
    CompleteRoster,
    ErasedPerson,
    Mail,
    MailAddress,
    OneTimeCode,
    PasswordReset,
    Person,
    PostHeld,
    RoleGrant,
    SignInName,
    SignInTries,
    Tenant,
    TokenFamily,
)
from services.identity.model.erasures import ErasureReason
from services.identity.model.locks import hash_name
from services.identity.model.mails import same_address
from shared import audit
from shared.events.identity import PersonErased
from shared.forgetting import forget_person
from shared.logging import log
from shared.messaging import outbox

_log = log(__name__)

_OF_A_PERSON: Sequence[InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]] = (
    Account.person_id,
    AuthorizationCode.person_id,
    BrowserSession.person_id,
    CodeMade.person_id,
    Mail.person_id,
    MailAddress.person_id,
    OneTimeCode.person_id,
    PasswordReset.person_id,
    PostHeld.person_id,
    RoleGrant.person_id,
    SignInName.person_id,
    TokenFamily.person_id,  # The refresh tokens go with their family.
    Person.id,
)
"""Where a person stands, in the order in which rows may go."""


def erase_person(
    session: Session, tenant: UUID, person: UUID, *, reason: ErasureReason, register: ErasureRegister, at: datetime
) -> ErasedPerson:
    """Erase a person; give the tombstone. A second time gives the same one and says nothing.

    The register has the erasure before it is said: if this fails after that, whoever replays the register finishes it.
    Raises `NoSuchPerson`, `RegisterNotWritable` or `RegisterIsBroken`, and then nothing was erased.
    """
    # It takes turns with imports, which write to people by their NIPs.
    session.scalars(select(Tenant.id).where(Tenant.id == tenant).with_for_update()).one()
    known = session.scalar(_tombstone(tenant, person))
    if known is not None:
        return known
    # And with whoever makes a code for them, which would lead to nobody.
    here = select(Person.id).where(Person.tenant == tenant, Person.id == person).with_for_update()
    if session.scalar(here) is None:
        raise NoSuchPerson("There is no such person here.")
    register.add(tenant, person, at=at)
    return _erase(session, tenant, person, reason=reason, at=at)


def replay_erasure(session: Session, erasure: Erasure) -> bool:
    """Erase a person of the register again whose rows came back with a backup; tell whether they had come back."""
    session.scalars(select(Tenant.id).where(Tenant.id == erasure.tenant).with_for_update()).one_or_none()
    came_back = select(Person.id).where(Person.tenant == erasure.tenant, Person.id == erasure.person)
    if session.scalar(came_back) is None:
        return False
    _erase(session, erasure.tenant, erasure.person, reason="replayed", at=erasure.at)
    return True


def not_in_register(session: Session, register: Sequence[Erasure]) -> int:
    """Count the erased people whom a register does not name: it is not whole, then, or another suite's."""
    named = {one.person for one in register}
    return sum(person not in named for person in session.scalars(select(ErasedPerson.person_id)))


def _erase(session: Session, tenant: UUID, person: UUID, *, reason: str, at: datetime) -> ErasedPerson:
    session.execute(delete(SignInTries).where(SignInTries.name_hash.in_(_typed_names(session, tenant, person))))
    for place in _OF_A_PERSON:
        kind = place.class_
        session.execute(delete(kind).where(kind.tenant == tenant, place == person))
    _leave_out_of_rosters(session, tenant, person)
    forget_person(session, tenant, person)
    tombstone = session.scalar(_tombstone(tenant, person))
    if tombstone is None:
        tombstone = ErasedPerson(tenant=tenant, person_id=person, reason=reason, erased_at=at)
        session.add(tombstone)
    outbox.append(session, PersonErased(tenant=tenant, person=person))
    audit.note(session, act="person.erased", subject=f"person/{person}", tenant=tenant, reason=reason)
    _log.info("person erased", person=str(person), reason=reason)
    return tombstone


def _typed_names(session: Session, tenant: UUID, person: UUID) -> list[str]:
    """Give the hashes of whatever the person may have typed to sign in."""
    names = list(session.scalars(select(SignInName.name).where(SignInName.person_id == person)))
    address = session.scalar(select(Person.email).where(Person.tenant == tenant, Person.id == person))
    return [hash_name(name) for name in (*names, *([same_address(address)] if address else []))]


def _leave_out_of_rosters(session: Session, tenant: UUID, person: UUID) -> None:
    for roster in session.scalars(select(CompleteRoster).where(CompleteRoster.tenant == tenant)).all():
        if str(person) in roster.absent:
            roster.absent = {one: posts for one, posts in roster.absent.items() if one != str(person)}


def _tombstone(tenant: UUID, person: UUID) -> Select[ErasedPerson]:
    return select(ErasedPerson).where(ErasedPerson.tenant == tenant, ErasedPerson.person_id == person)
