"""One-time codes for many people at once, to be printed and handed out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.identity.commands.accounts import NoSuchPerson
from services.identity.model import CodeMade, OneTimeCode, Person
from services.identity.model.codes import print_code
from services.identity.queries.people import Named, Sight, names_of, units_from, waiting_in
from shared.errors import Conflict, Invalid, NotFound
from shared.ids import new_id
from shared.logging import log

MOST_SLIPS = 500

_log = log(__name__)


class NoSuchUnitHere(NotFound):
    """There is no such unit, or not for this caller."""


class NobodyWaits(Conflict):
    """Everybody of the unit has set a password."""


class SheetTooLong(Invalid):
    """A sheet is made for as many people as somebody can hand slips to."""


@dataclass(frozen=True)
class Maker:
    """Who makes codes: a person's id or a machine's."""

    id: UUID
    machine: bool


@dataclass(frozen=True)
class Slip:
    """What one person is handed: the code as it is typed, and until when it can be used."""

    name: str
    unit: str | None
    has_nip: bool
    code: str
    expires_at: datetime


def people_waiting(session: Session, tenant: UUID, unit: UUID) -> list[UUID]:
    """Give the people of a unit and below who have no password yet. Raises `NoSuchUnitHere` or `NobodyWaits`."""
    units = units_from(session, tenant, [unit])
    if not units:
        raise NoSuchUnitHere("There is no such unit here.")
    found = waiting_in(session, tenant, units)
    if not found:
        raise NobodyWaits("Everybody of this unit has a password; name the people who lost theirs.")
    return found


def make_slips(session: Session, tenant: UUID, people: Collection[UUID], *, by: Maker, at: datetime) -> list[Slip]:
    """Make a code for each of these people, by unit and name; older ones of theirs stop working.

    Raises `SheetTooLong`, or `NoSuchPerson` when one of them is not the tenant's, and then no code was made.
    """
    wanted = set(people)
    if len(wanted) > MOST_SLIPS:
        raise SheetTooLong(f"These are {len(wanted)} people; make a sheet for {MOST_SLIPS} at most.", most=MOST_SLIPS)
    # Whoever erases one of them just now goes first, or takes the code along.
    held = select(Person.id).where(Person.tenant == tenant, Person.id.in_(wanted)).order_by(Person.id)
    session.execute(held.with_for_update(read=True))
    named = sorted(names_of(session, tenant, wanted, Sight(own=by.id, everyone=True)), key=_place)
    if len(named) < len(wanted):
        raise NoSuchPerson("One of these people is not here; no code was made.")
    older = delete(OneTimeCode).where(OneTimeCode.tenant == tenant, OneTimeCode.person_id.in_(wanted))
    session.execute(older.where(OneTimeCode.purpose == "invitation"))
    made = [(one, *OneTimeCode.make(tenant=tenant, person_id=one.id, at=at, typed=True)) for one in named]
    session.add_all(kept for _, _, kept in made)
    note_codes(session, tenant, wanted, by=by, at=at)
    return [Slip(one.name, one.unit, one.has_nip, print_code(code), kept.expires_at) for one, code, kept in made]


def note_codes(session: Session, tenant: UUID, people: Collection[UUID], *, by: Maker, at: datetime) -> None:
    """Note who made codes for whom, and when."""
    rows = [
        {"id": new_id(), "tenant": tenant, "person_id": person, "by": by.id, "machine": by.machine, "at": at}
        for person in people
    ]
    session.execute(insert(CodeMade), rows)
    _log.info("one-time codes made", people=len(rows), by=str(by.id))


def _place(one: Named) -> tuple[str, str, UUID]:
    return one.unit or "", one.name, one.id
