"""Our chain: the outboxes of enrolment and assessment, their relays, and the consumer of evaluation."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from deploy.background import free_ports
from deploy.postgres.server import Server
from services.assessment.app import service as assessment
from services.enrolment.app import service as enrolment
from services.evaluation.app import service as evaluation
from services.evaluation.model.tables import CourseFigure, HoursEntry, Profile
from shared import logging as logs
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.consumer import Consumer
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.notification import Announcer
from shared.messaging.relay import Relay
from shared.migrations import migrate
from shared.plumbing import letters, positions
from tests.journeys.programs import Program, settings_for
from tests.performance.flow import events_per_second
from tests.performance.story import COMPETENCIES, DAYS, Learner, Story

SERVICES = (enrolment, assessment, evaluation)
NAMES = [service.name for service in SERVICES]


@dataclass(frozen=True)
class OurFlow:
    """Speaks as the web processes of enrolment and assessment do, and looks at evaluation's database."""

    enrolment: Database
    assessment: Database
    evaluation: Database
    log: Path

    def written(self, learners: Sequence[Learner]) -> Sequence[Learner]:
        return learners

    def say(self, learners: Sequence[Learner]) -> None:
        tenant = learners[0].completion.tenant
        with self.assessment.writing(tenant) as session:
            outbox.append(session, *(attempt for one in learners for attempt in one.attempts))
        with self.enrolment.writing(tenant) as session:
            outbox.append(session, *(one.completion for one in learners))

    def handled(self) -> int:
        with self.evaluation.reading() as session:
            # Evaluation reads its own topic too, where it says what became of these events.
            said = positions.c.topic.in_([assessment.topic, enrolment.topic])
            return session.scalar(select(func.coalesce(func.sum(positions.c.next_offset), 0)).where(said)) or 0

    def check(self, story: Story) -> None:
        with self.evaluation.reading() as session:
            figure = session.get_one(CourseFigure, (story.tenant, story.course))
            profiles = session.scalar(select(func.count()).where(Profile.tenant == story.tenant))
            days = session.scalar(select(func.count()).where(HoursEntry.tenant == story.tenant))
            dead = session.scalar(select(func.count()).select_from(letters))
        assert (figure.completed, figure.pairs) == (story.count, story.count)
        assert profiles == story.count * len(COMPETENCIES)
        assert days == story.count * len(DAYS)
        assert dead == 0


def prepare(server: Server, prefix: str) -> None:
    """Make the databases of the three services on PostgreSQL, and bring them to the newest schema."""
    server.create_databases(prefix, NAMES)
    for service in SERVICES:
        owner = Database(server.url("owner", prefix).format(service=service.name))
        migrate(service, owner)
        owner.close()


@contextmanager
def deployed(server: Server, prefix: str, kafka: str, folder: Path) -> Iterator[OurFlow]:
    """Run the chain as it is deployed: a process for each relay (evaluation speaks too) and one for the consumer."""
    log = folder / "ours.log"
    programs = []
    for service, process in (*((one, "relay") for one in SERVICES), (evaluation, "consumer")):
        settings = settings_for(
            folder=folder,
            kafka=kafka,
            operations_port=free_ports(1)[0],
            database_worker=server.url("worker", prefix),
        )
        programs.append(Program([f"services.{service.name}", process], settings, log))
    speaking = [Database(server.url("web", prefix).format(service=one.name)) for one in (enrolment, assessment)]
    hearing = Database(server.url("worker", prefix).format(service=evaluation.name))
    bells = [Announcer(database.address) for database in speaking]
    try:
        for program in programs:
            program.start()
        yield OurFlow(speaking[0], speaking[1], hearing, log)
    finally:
        for program in programs:
            program.kill()
        for bell in bells:
            bell.stop()
        for database in (*speaking, hearing):
            database.close()


def embedded(folder: Path, count: int) -> float:
    """Measure the chain as embedded mode runs it, in threads of this process; `folder` is empty."""
    log = folder / "ours.log"
    logs.configure("INFO", log.open("w"))  # Open as long as this process lives: any thread may have a last word.
    databases = {one.name: Database(f"sqlite:///{folder / one.name}.sqlite") for one in SERVICES}
    for service in SERVICES:
        migrate(service, databases[service.name])
    events = EmbeddedLog(folder / "events.sqlite")
    relays = [Relay(one, databases[one.name], events) for one in SERVICES]
    running: list[Relay | Consumer] = [*relays, Consumer(evaluation, databases["evaluation"], events)]
    threads = [threading.Thread(target=one.run, daemon=True) for one in running]
    for thread in threads:
        thread.start()
    try:
        flow = OurFlow(databases["enrolment"], databases["assessment"], databases["evaluation"], log)
        return events_per_second(flow, count)
    finally:
        for one in running:
            one.stop()
        for thread in threads:
            thread.join(10)
