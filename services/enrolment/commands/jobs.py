"""Enrols the people of long lists: taken down at once, worked off by a timer, batch by batch."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from services.enrolment.commands.classes import course_to_begin
from services.enrolment.commands.places import lock_class, lock_people, take_places
from services.enrolment.model import EnrolmentJob, JobChunk, Person, RefusedLine
from services.enrolment.model.copies import PersonNotFound
from services.enrolment.model.enrolments import AlreadyEnrolled, EnrolsOthers, PersonNotYetKnown
from services.enrolment.model.jobs import CHUNK, NOBODY, JobNotFound, Line, without
from services.enrolment.oversight import units_below
from services.enrolment.people_lists import PeopleList
from shared import clock
from shared.errors import NotYetKnown, Refusal
from shared.logging import bound, correlation_id

PATIENCE = timedelta(seconds=5)
"""How long a fresh job waits for people who have not arrived here yet: a roster may have been imported just now."""

_CHUNKS_AT_ONCE = 100


def ask_for_enrolments(
    session: Session,
    class_id: UUID,
    people: PeopleList,
    packed: IO[bytes],
    *,
    tenant: UUID,
    by: UUID,
    units: Collection[UUID] | None,
    at: datetime,
) -> EnrolmentJob:
    """Take down a list of people, whose lines are in `packed`, to be enrolled in a class.

    `units` are those whose people the one who asks may enrol, with all below them, or None for everybody. The same
    list again, while it is being worked off, is the same job.
    Raises `ClassNotFound`, `ClassIsClosed`, or what says that nobody can begin the course.
    """
    class_, day = lock_class(session, tenant, class_id, at=at)
    class_.require_not_closed(day)
    course_to_begin(session, tenant, class_.course)
    same = select(EnrolmentJob).where(
        EnrolmentJob.tenant == tenant,
        EnrolmentJob.class_id == class_.id,
        EnrolmentJob.asked_by == by,
        EnrolmentJob.state == "working",
        EnrolmentJob.digest == people.digest,
    )
    if found := session.scalar(same.limit(1)):
        return found
    job = EnrolmentJob.ask(
        tenant,
        class_.id,
        by=by,
        units=units,
        digest=people.digest,
        total=people.count,
        correlation=correlation_id()[:60],
        at=at,
    )
    session.add(job)
    session.flush()
    _store(session, job, packed)
    return job


def cancel_job(session: Session, tenant: UUID, job_id: UUID, *, at: datetime) -> EnrolmentJob:
    """Let the rest of a job's lines be; who is enrolled stays so, and doing it again changes nothing.

    Raises `JobNotFound` or `JobIsDone`.
    """
    wanted = select(EnrolmentJob).where(EnrolmentJob.tenant == tenant, EnrolmentJob.id == job_id)
    job = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if job is None:
        raise JobNotFound("There is no such job.")
    if job.cancel(at):
        session.execute(delete(JobChunk).where(JobChunk.tenant == tenant, JobChunk.job == job.id))
    return job


def work_off_jobs(session: Session) -> None:
    """Enrol the people of the next chunk of lines: a timer, over all tenants, which take turns.

    The chunk goes in the transaction that enrols its people, so a job goes on where it stood, whoever is killed.
    """
    job = session.scalar(_next_job())
    if job is not None:
        with bound(correlation=job.correlation):
            _work_off_chunk(session, job, at=clock.now())


def strike_from_jobs(session: Session, person: UUID, *, tenant: UUID) -> None:
    """Name a person who was erased no longer, neither in lines that wait nor in those that were refused."""
    waiting = (
        select(JobChunk.job, JobChunk.number, JobChunk.packed)
        .where(JobChunk.tenant == tenant)
        .order_by(JobChunk.job, JobChunk.number)
        .execution_options(yield_per=_CHUNKS_AT_ONCE)
    )
    naming = [(row.job, row.number, row.packed) for row in session.execute(waiting) if person.bytes in row.packed]
    for job, number, packed in naming:
        one = update(JobChunk).where(JobChunk.tenant == tenant, JobChunk.job == job, JobChunk.number == number)
        session.execute(one.values(packed=without(packed, person)))
    refused = update(RefusedLine).where(RefusedLine.tenant == tenant, RefusedLine.person == person)
    session.execute(refused.values(person=None))


def _work_off_chunk(session: Session, job: EnrolmentJob, *, at: datetime) -> None:
    chunk = session.scalars(
        select(JobChunk).where(JobChunk.tenant == job.tenant, JobChunk.job == job.id).order_by(JobChunk.number).limit(1)
    ).one()
    lines = chunk.lines
    people = lock_people(session, job.tenant, {line.person for line in lines})
    try:
        refused = _enrol(session, job, lines, people, at=at)
    except NotYetKnown:  # The next turn may find it.
        job.last_turn_at = at
        return
    if refused:
        told = [_refused(job, line, people, refused[line.number]) for line in lines if line.number in refused]
        session.execute(insert(RefusedLine), told)
    session.delete(chunk)
    job.advance(lines=len(lines), refused=len(refused), at=at)


def _store(session: Session, job: EnrolmentJob, packed: IO[bytes]) -> None:
    rows = []
    for number, chunk in enumerate(iter(partial(packed.read, CHUNK), b"")):
        rows.append({"tenant": job.tenant, "job": job.id, "number": number, "packed": chunk})
        if len(rows) == _CHUNKS_AT_ONCE:
            session.execute(insert(JobChunk), rows)
            rows = []
    if rows:
        session.execute(insert(JobChunk), rows)


def _next_job() -> Select[EnrolmentJob]:
    """Give the query of the job that is next: of the tenant, then of its jobs, whose last turn is longest ago."""
    other = aliased(EnrolmentJob)
    last_turn = select(func.max(other.last_turn_at)).where(other.tenant == EnrolmentJob.tenant).scalar_subquery()
    return (
        select(EnrolmentJob)
        .where(EnrolmentJob.state == "working")
        .order_by(last_turn, EnrolmentJob.last_turn_at, EnrolmentJob.id)
        .limit(1)
        .with_for_update(of=EnrolmentJob, skip_locked=True)
    )


def _enrol(
    session: Session, job: EnrolmentJob, lines: Collection[Line], people: Mapping[UUID, Person], *, at: datetime
) -> dict[int, str]:
    """Enrol the people of some lines; give the type of the problem for each line that enrolled nobody."""
    if at < job.asked_at + PATIENCE and any(line.person not in people for line in lines if line.person != NOBODY):
        raise PersonNotYetKnown("Somebody on the list is not known here yet.")
    try:
        class_, day = lock_class(session, job.tenant, job.class_id, at=at)
        course = course_to_begin(session, job.tenant, class_.course)
        class_.require_not_closed(day)
    except NotYetKnown:
        raise
    except Refusal as refusal:  # Nobody can be enrolled any more, whoever it is.
        return {line.number: refusal.code() for line in lines}
    refused, first = _refused_before(session, job, lines, people, on=day)
    outcomes = take_places(session, class_, course, [people[one] for one in first], on=day, at=at)
    for person, outcome in outcomes.items():
        if isinstance(outcome, Refusal):
            refused[first[person]] = outcome.code()
    return refused


def _refused_before(
    session: Session, job: EnrolmentJob, lines: Collection[Line], people: Mapping[UUID, Person], *, on: date
) -> tuple[dict[int, str], dict[UUID, int]]:
    """Refuse lines before any place is asked for; give the others too, as the line that is the first of each person."""
    managed = None if job.units is None else units_below(session, job.tenant, {UUID(unit) for unit in job.units})
    refused: dict[int, str] = {}
    first: dict[UUID, int] = {}
    for line in lines:
        learner = people.get(line.person)
        if learner is None or learner.erased:
            refused[line.number] = PersonNotFound.code()
        elif managed is not None and managed.isdisjoint(learner.units_on(on)):
            refused[line.number] = EnrolsOthers.code()
        elif line.person in first:
            refused[line.number] = AlreadyEnrolled.code()
        else:
            first[line.person] = line.number
    return refused, first


def _refused(job: EnrolmentJob, line: Line, people: Mapping[UUID, Person], problem: str) -> dict[str, Any]:
    """Make the row of a refused line. It names only who is there: an erasure may have come while the chunk was read."""
    learner = people.get(line.person)
    person = learner.id if learner is not None and not learner.erased else None
    return {"tenant": job.tenant, "job": job.id, "line": line.number, "person": person, "problem": problem}
