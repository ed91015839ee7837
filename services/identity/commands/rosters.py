"""Takes a roster into a tenant: units, jobs and people are created or updated, and what changed is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.commands.departures import Absent, absent_from
from services.identity.commands.roster_people import Counts, take_people
from services.identity.model import CompleteRoster, Job, Tenant, Unit
from services.identity.model.organisation import UnitsFormRing, ring_in
from services.identity.roster import Form, Roster, RosterLimits, RowError, read_roster
from services.identity.roster import Job as JobRow
from services.identity.roster import Unit as UnitRow
from shared import clock
from shared.errors import Conflict, Invalid
from shared.events import Event
from shared.events.identity import JobDefined, UnitDefined
from shared.ids import new_id
from shared.messaging import outbox


class RosterHasErrors(Invalid):
    """A roster is taken whole, unless the good rows alone were asked for."""


class ProviderRegistersStaff(Conflict):
    """The people of a provider are no civil servants of it: they have no NIP and no post there."""


class CompleteRosterTakenInPart(Invalid):
    """A roster of which rows are left out does not name everybody."""


@dataclass(kw_only=True)
class RosterImport:
    """What an import did, or in a dry run would do.

    `absent` lists whom a roster leaves out that was declared complete; `id` is what their departure is confirmed by.
    A file with errors may name people in rows that can't be read, so that nobody counts as absent from it.
    """

    dry_run: bool
    rows: int
    errors: list[RowError]
    units: Counts = field(default_factory=Counts)
    jobs: Counts = field(default_factory=Counts)
    people: Counts = field(default_factory=Counts)
    id: UUID | None = None
    absent: list[Absent] | None = None


def import_roster(
    session: Session,
    tenant_id: UUID,
    content: bytes,
    *,
    form: Form = "csv",
    dry_run: bool = False,
    good_rows: bool = False,
    complete: bool = False,
    limits: RosterLimits | None = None,
) -> RosterImport:
    """Take a roster file into a tenant, whole or not at all; with `good_rows` what is free of errors.

    A file taken twice changes nothing the second time, and says nothing. People who are not in it stay as they are;
    from a `complete` one they are listed. Raises `RosterHasErrors`, `CompleteRosterTakenInPart`, `UnitsFormRing` or
    `ProviderRegistersStaff`; a dry run changes nothing and gives the rows' errors instead.
    """
    if complete and good_rows:
        raise CompleteRosterTakenInPart("A complete roster is taken whole; leave out good_rows, or complete.")
    # Two imports into one tenant take turns, because each decides from what it read before.
    tenant = session.scalars(select(Tenant).where(Tenant.id == tenant_id).with_for_update()).one()
    if tenant.kind == "provider":
        raise ProviderRegistersStaff("This is a provider, not a city: register its people as staff.")
    units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.tenant == tenant_id))}
    roster, errors = read_roster(content, form=form, known_units=units, limits=limits)
    _refuse_ring(roster.units, units)
    done = RosterImport(dry_run=dry_run, rows=roster.rows, errors=errors)
    with session.begin_nested() as savepoint:
        events = _take(session, tenant, roster, units, done)
        if done.errors and not (good_rows or dry_run):
            raise _refusal(done)
        if complete and not done.errors:
            _list_absent(session, tenant, roster, done)
        if dry_run:
            savepoint.rollback()
        else:
            outbox.append(session, *events)
    return done


def _list_absent(session: Session, tenant: Tenant, roster: Roster, done: RosterImport) -> None:
    at = clock.now()
    named = {person.nip for person in roster.people}
    done.absent = absent_from(session, tenant.id, named, clock.local_day(at, tenant.zone))
    if not done.dry_run:
        kept = CompleteRoster.take(tenant.id, {one.person: one.posts for one in done.absent}, at=at)
        session.add(kept)
        done.id = kept.id


def _take(
    session: Session, tenant: Tenant, roster: Roster, units: dict[str, Unit], done: RosterImport
) -> tuple[Event, ...]:
    today = clock.local_day(clock.now(), tenant.zone)
    units_said = _take_units(session, tenant.id, roster.units, units, today, done.units)
    jobs_said = _take_jobs(session, tenant.id, roster.jobs, done.jobs)
    session.flush()
    places = {code: unit.id for code, unit in units.items()}
    people_said, errors = take_people(session, tenant.id, roster.people, places, today, done.people)
    done.errors = sorted([*done.errors, *errors], key=lambda error: (error.row, error.column or "", error.code))
    return (*units_said, *jobs_said, *people_said)


def _take_units(
    session: Session, tenant: UUID, rows: Iterable[UnitRow], units: dict[str, Unit], today: date, counts: Counts
) -> list[Event]:
    said: list[Event] = []
    for row in rows:
        parent = units[row.parent].id if row.parent else None
        unit = units.get(row.code)
        if unit is None:
            unit = Unit(id=new_id(), tenant=tenant, code=row.code)
            unit.name, unit.unit_type, unit.parent_id, unit.valid_from = row.name, row.unit_type, parent, today
            units[row.code] = unit
            session.add(unit)
            counts.created += 1
        elif unit.redefine(name=row.name, unit_type=row.unit_type, parent_id=parent, since=today):
            counts.updated += 1
        else:
            counts.unchanged += 1
            continue
        said.append(_unit_defined(unit))
    return said


def _unit_defined(unit: Unit) -> UnitDefined:
    return UnitDefined(
        tenant=unit.tenant,
        unit=unit.id,
        parent=unit.parent_id,
        unit_type=unit.unit_type,
        name=unit.name,
        valid_from=unit.valid_from,
    )


def _take_jobs(session: Session, tenant: UUID, rows: Iterable[JobRow], counts: Counts) -> list[Event]:
    jobs = {job.code: job for job in session.scalars(select(Job).where(Job.tenant == tenant))}
    said: list[Event] = []
    for row in rows:
        job = jobs.get(row.code)
        if job is None:
            job = Job(tenant=tenant, code=row.code, name=row.name, position_type=row.position_type)
            session.add(job)
            counts.created += 1
        elif job.redefine(name=row.name, position_type=row.position_type):
            counts.updated += 1
        else:
            counts.unchanged += 1
            continue
        said.append(JobDefined(tenant=tenant, job=job.code, position_type=job.position_type, name=job.name))
    return said


def _refuse_ring(rows: Iterable[UnitRow], units: dict[str, Unit]) -> None:
    codes = {unit.id: code for code, unit in units.items()}
    parents = {code: codes[unit.parent_id] if unit.parent_id else None for code, unit in units.items()}
    parents.update({row.code: row.parent for row in rows})
    ring = ring_in(parents)
    if ring:
        raise UnitsFormRing(
            f"The units {' > '.join(ring)} would form a ring; give one of them another kode_unit_induk.", units=ring
        )


def _refusal(done: RosterImport) -> RosterHasErrors:
    by_row: dict[str, list[dict[str, object]]] = {}
    for error in done.errors:
        by_row.setdefault(str(error.row), []).append(
            {"column": error.column, "code": error.code, "detail": error.detail}
        )
    return RosterHasErrors(
        f"Nothing was taken: {len(done.errors)} errors in {len(by_row)} rows. Mend them, or take the good rows.",
        errors=by_row,
        rows=done.rows,
    )
