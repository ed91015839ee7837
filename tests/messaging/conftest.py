"""The flow of events between two small services: on the embedded log with SQLite, and on Kafka with PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.postgres.server import Server
from shared.database import Database
from shared.events import Event
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.testing import Running, Suite
from tests.messaging import tally


def say(flow: Suite, *events: Event) -> None:
    """Say events in one transaction of the speaking service."""
    with flow["enrolment"].database.writing() as session:
        outbox.append(session, *events)


@pytest.fixture(params=["embedded", "kafka"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    """An event log. On Kafka the topics of an earlier test are deleted: a test finds an empty log."""
    if request.param == "embedded":
        embedded = EmbeddedLog(tmp_path / "events.sqlite")
        yield embedded
        embedded.close()
        return
    kafka = KafkaLog(request.getfixturevalue("kafka_broker"))
    tally.delete_topics(request.getfixturevalue("kafka_broker"))
    yield kafka
    kafka.close()


@pytest.fixture
def flow(request: pytest.FixtureRequest, log: EventLog, tmp_path: Path) -> Iterator[Suite]:
    with ExitStack() as stack:
        stack.callback(tally.Broken.forget)
        if isinstance(log, KafkaLog):
            suite = _on_postgres(request.getfixturevalue("postgres_server"), log, stack)
        else:
            suite = tally.on_sqlite(tmp_path, log)
        stack.callback(suite.close)
        yield suite


def _on_postgres(server: Server, log: EventLog, stack: ExitStack) -> Suite:
    services = (tally.publisher(), tally.make())
    prefix, names = f"test_{new_id().hex[-8:]}_", [service.name for service in services]
    server.create_databases(prefix, names)
    stack.callback(server.drop_databases, prefix, names)
    running = []
    for service in services:
        owner = Database(server.url("owner", prefix).format(service=service.name))
        tally.create_tables(owner)
        owner.close()
        worker = Database(server.url("worker", prefix).format(service=service.name))
        running.append(Running(service, worker, log))
    return Suite(running)
