"""The flow of events between two small services: on the embedded log with SQLite, and on Kafka with PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.postgres.server import Server
from shared.database import Database
from shared.ids import new_id
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.service import Service
from shared.testing import Running, Suite
from tests.messaging import tally


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
    services = (tally.publisher(), tally.make())
    with ExitStack() as stack:
        stack.callback(tally.Broken.errors.clear)
        if isinstance(log, KafkaLog):
            databases = _on_postgres(request.getfixturevalue("postgres_server"), services, stack)
        else:
            databases = [Database(f"sqlite:///{tmp_path / service.name}.sqlite") for service in services]
            for database in databases:
                tally.create_tables(database)
        running = [Running(service, database, log) for service, database in zip(services, databases, strict=True)]
        suite = Suite(running)
        stack.callback(suite.close)
        yield suite


def _on_postgres(server: Server, services: tuple[Service, ...], stack: ExitStack) -> list[Database]:
    prefix, names = f"test_{new_id().hex[-8:]}_", [service.name for service in services]
    server.create_databases(prefix, names)
    stack.callback(server.drop_databases, prefix, names)
    for name in names:
        owner = Database(server.url("owner", prefix).format(service=name))
        tally.create_tables(owner)
        owner.close()
    return [Database(server.url("worker", prefix).format(service=name)) for name in names]
