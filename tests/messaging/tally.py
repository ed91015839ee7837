"""A service made for these tests: it counts completions by person, and says that a level changed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kafka import KafkaAdminClient
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.database import Base as SharedBase
from shared.database import Database, TenantOwned
from shared.errors import Reject
from shared.events.catalogue import Outcome
from shared.events.enrolment import DayMinutes, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.handling import caused_by
from shared.plumbing import PARTITIONS, service_metadata, tables
from shared.service import Service

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


class Broken:
    """What the handlers do wrong, by person; tests set it."""

    errors: dict[UUID, Exception] = {}


def count_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    for event in events:
        tally = session.get(Tally, event.person)
        if tally is None:
            tally = Tally(tenant=event.tenant, person=event.person, completions=0, minutes=0)
            session.add(tally)
        tally.completions += 1
        tally.minutes += sum(one.minutes for one in event.minutes)
        session.flush()
        if event.person in Broken.errors:
            raise Broken.errors[event.person]


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
        projects={TrainingCompleted: count_completions},
        reacts={TrainingCompleted: announce_levels, LearnerEnrolled: refuse_strangers},
    )


def publisher() -> Service:
    """A service that only speaks, under the name of the context whose events it says."""
    return Service(name="enrolment", metadata=Base.metadata)


def create_tables(database: Database) -> None:
    """Make the tables without migrations: this service has none."""
    with database.writing() as session:
        Base.metadata.create_all(session.connection())
        numbers = tables.tables["partitions"]
        session.execute(numbers.insert(), [{"number": number} for number in range(PARTITIONS)])


def completion(person: UUID, *, enrolment: UUID | None = None, minutes: int = 45, revision: int = 1) -> TrainingCompleted:
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
