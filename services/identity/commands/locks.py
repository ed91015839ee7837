"""Counting the tries at a name, so that guessing at a password takes longer and longer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.model import Person, SignInName, SignInTries
from services.identity.model.locks import LockRules, hash_name
from shared.database import insert_new
from shared.logging import log

_log = log(__name__)


@dataclass(frozen=True)
class Try:
    """A try that was counted: whether it may go on, and until when the name waits if it is wrong."""

    may_go_on: bool
    tries: int
    locked_until: datetime | None


def count_try(session: Session, name: str, *, rules: LockRules, at: datetime) -> Try:
    """Count a try before its password is looked at; one that comes while the name waits does not count.

    It has to be committed before the password is checked: a hundred tries at once then get no further than a hundred
    in a row. A name that nobody has is counted alike.
    """
    fresh = {"name_hash": hash_name(name), "tries": 0, "locked_until": None, "expires_at": at}
    session.execute(insert_new(SignInTries, session).values(fresh).on_conflict_do_nothing())
    tries = session.get_one(SignInTries, fresh["name_hash"], with_for_update=True)
    if tries.is_locked(at):
        return Try(False, tries.tries, tries.locked_until)
    tries.count(at, rules)
    return Try(True, tries.tries, tries.locked_until)


def note_lock(counted: Try) -> None:
    """Log that a try was wrong and locked its name; neither the name nor its hash, for logs are widely read."""
    _log.warning("sign-in locked", tries=counted.tries, until=str(counted.locked_until))


def forget_tries(session: Session, name: str) -> None:
    """Forget the tries at a name, because its password was right."""
    session.execute(delete(SignInTries).where(SignInTries.name_hash == hash_name(name)))


def lift_lock(session: Session, tenant: UUID, person_id: UUID) -> None:
    """Let a person of a tenant try again at once; where nothing is locked, nothing changes. Raises `NoSuchPerson`."""
    if session.scalar(select(Person.id).where(Person.tenant == tenant, Person.id == person_id)) is None:
        raise NoSuchPerson("There is no such person here.")
    forget_tries_of(session, person_id)
    _log.info("sign-in lock lifted", person=str(person_id))


def forget_tries_of(session: Session, person_id: UUID) -> None:
    """Forget the tries at whatever name a person signs in with."""
    name = session.scalars(select(SignInName.name).where(SignInName.person_id == person_id)).one()
    forget_tries(session, name)
