"""A service made for these tests: it counts completions by person, and says that a level changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from kafka import KafkaAdminClient
from sqlalchemy import ForeignKey, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.database import Base as SharedBase
from shared.database import Database, TenantOwned, upsert_newer
from shared.errors import Reject
from shared.events.catalogue import Outcome
from shared.events.enrolment import DayMinutes, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.handling import caused_by
from shared.messaging.log import EventLog
from shared.plumbing import PARTITIONS, service_metadata, tables
from shared.service import Service
from shared.testing import Running, Suite

CITY = UUID("01900000-0000-7000-8000-00000000c171")


class Base(SharedBase):
    __abstract__ = True
    metadata = service_metadata()


class Tally(TenantOwned, Base, kind="projection"):
    """How often a person completed something, and how many minutes that took."""

    __tablename__ = "tallies"
    person: Mapped[UUID] = mapped_column(primary_key=True)
    completions: Mapped[int]
    minutes: Mapped[int]


class Place(TenantOwned, Base, kind="projection"):
    """The version of a course that an enrolment is for, as last heard."""

    __tablename__ = "places"
    enrolment: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    sequence: Mapped[int]


class Pledge(Base, kind="record"):
    """Refers to a pledge that has to be there at the commit, and not before."""

    __tablename__ = "pledges"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    of: Mapped[UUID] = mapped_column(ForeignKey("pledges.id", deferrable=True, initially="DEFERRED"))


class Broken:
    """What the handler does wrong, by person; tests set it, and see how often it was tried."""

    errors: dict[UUID, BaseException] = {}
    alone: dict[UUID, BaseException] = {}
    waits: Counter[UUID] = Counter()
    calls: Counter[UUID] = Counter()
    at_commit: set[UUID] = set()

    @classmethod
    def forget(cls) -> None:
        for kept in (cls.errors, cls.alone, cls.waits, cls.calls, cls.at_commit):
            kept.clear()

    @classmethod
    def fail(cls, person: UUID, *, alone: bool) -> None:
        """Fail as told: like a lost connection, or with an error, which may be another one when tried alone."""
        if cls.waits[person] > 0:
            cls.waits[person] -= 1
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        if alone and person in cls.alone:
            raise cls.alone[person]
        if person in cls.errors:
            cls.calls[person] += 1
            raise cls.errors[person]


def count_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    for event in events:
        tally = session.get(Tally, event.person)
        if tally is None:
            tally = Tally(tenant=event.tenant, person=event.person, completions=0, minutes=0)
            session.add(tally)
        tally.completions += 1
        tally.minutes += sum(one.minutes for one in event.minutes)
        if event.person in Broken.at_commit:
            session.add(Pledge(id=event.id, of=event.person))
        session.flush()
        Broken.fail(event.person, alone=len(events) == 1)


def copy_places(session: Session, events: Sequence[LearnerEnrolled]) -> None:
    upsert_newer(
        session,
        Place,
        [
            {"tenant": one.tenant, "enrolment": one.enrolment, "version": one.version, "sequence": one.sequence}
            for one in events
        ],
    )


def announce_levels(session: Session, events: Sequence[TrainingCompleted]) -> None:
    for event in events:
        with caused_by(event):
            outbox.append(
                session,
                CompetencyLevelChanged(
                    tenant=event.tenant, person=event.person, competency="PP", from_=None, to=3, cause=event.id
                ),
            )


def refuse_strangers(_session: Session, events: Sequence[LearnerEnrolled]) -> None:
    for event in events:
        if event.version == 404:
            raise Reject("There is no such version.")


def make(name: str = "tally") -> Service:
    return Service(
        name=name,
        metadata=Base.metadata,
        projects={TrainingCompleted: count_completions, LearnerEnrolled: copy_places},
        reacts={TrainingCompleted: announce_levels, LearnerEnrolled: refuse_strangers},
    )


def deaf_to_completions() -> Service:
    """The same service in an earlier version, which did not listen to completions yet."""
    return replace(make(), projects={LearnerEnrolled: copy_places}, reacts={LearnerEnrolled: refuse_strangers})


def publisher() -> Service:
    """A service that only speaks, under the name of the context whose events it says."""
    return Service(name="enrolment", metadata=Base.metadata)


def on_sqlite(folder: Path, log: EventLog) -> Suite:
    """Both services on SQLite files of a folder."""
    running = []
    for service in (publisher(), make()):
        database = Database(f"sqlite:///{folder / service.name}.sqlite")
        create_tables(database)
        running.append(Running(service, database, log))
    return Suite(running)


def with_log(suite: Suite, log: EventLog) -> Suite:
    """The same services and databases with another log, as after a restart."""
    return Suite([Running(one.service, one.database, log) for one in suite.running])


def create_tables(database: Database) -> None:
    """Make the tables without migrations: this service has none."""
    with database.writing() as session:
        Base.metadata.create_all(session.connection())
        numbers = tables.tables["partitions"]
        session.execute(numbers.insert(), [{"number": number} for number in range(PARTITIONS)])


def completion(
    person: UUID, *, enrolment: UUID | None = None, minutes: int = 45, revision: int = 1
) -> TrainingCompleted:
    course = UUID(int=7)
    return TrainingCompleted(
        tenant=CITY,
        enrolment=enrolment or new_id(),
        person=person,
        course=course,
        version=1,
        class_=course,
        programme=course,
        provider=CITY,
        unit=None,
        revision=revision,
        outcomes=(Outcome(competency="PP", level=3),),
        form="C3",
        scope="domestic",
        minutes=(DayMinutes(day=date(2026, 11, 1), minutes=minutes),),
        pre=4000,
        post=8000,
        completed_on=date(2026, 11, 1),
    )


def enrolled(person: UUID, *, version: int = 1) -> LearnerEnrolled:
    course = UUID(int=7)
    return LearnerEnrolled(
        tenant=CITY,
        enrolment=new_id(),
        person=person,
        course=course,
        version=version,
        class_=course,
        programme=course,
        provider=CITY,
        unit=None,
        opens=date(2026, 11, 1),
        closes=None,
    )


def tallies(database: Database) -> dict[UUID, tuple[int, int]]:
    with database.reading() as session:
        return {one.person: (one.completions, one.minutes) for one in session.scalars(select(Tally))}


def places(database: Database) -> dict[UUID, int]:
    with database.reading() as session:
        return {one.enrolment: one.version for one in session.scalars(select(Place))}


def delete_topics(servers: str) -> None:
    """Empty a broker for the next test."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        ours = [topic for topic in admin.list_topics() if topic.startswith("wiyata.")]
        if ours:
            admin.delete_topics(ours)
        while any(topic in ours for topic in admin.list_topics()):
            pass  # The broker deletes in the background; asking again is the waiting.
    finally:
        admin.close()
