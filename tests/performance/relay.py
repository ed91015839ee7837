"""How fast a relay empties an outbox, beside a producer that has nothing else to do."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from kafka import KafkaAdminClient

from deploy.postgres.server import Server
from shared import logging as logs
from shared.database import Base as SharedBase
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import Message
from shared.messaging.relay import Relay
from shared.plumbing import PARTITIONS, service_metadata
from shared.service import Service
from tests.performance.bare import producer_of, publish
from tests.performance.flow import stopwatch
from tests.performance.story import Story, in_batches

TOPIC = "bare.produced"
NAME = "throughput"


class Base(SharedBase):
    """A service that only speaks has no tables but the plumbing."""

    __abstract__ = True
    metadata = service_metadata()


class Outbox:
    """An outbox full of events, which can be filled with them again and again."""

    def __init__(self, server: Server, prefix: str, kafka: str, log: Path, count: int) -> None:
        logs.configure("INFO", log.open("w"))  # Left open: the threads of a closed producer may have a last word.
        server.create_databases(prefix, [NAME])
        self._owner = Database(server.url("owner", prefix).format(service=NAME))
        self._worker = Database(server.url("worker", prefix).format(service=NAME))
        self._kafka = kafka
        with self._owner.writing() as session:
            Base.metadata.create_all(session.connection())
        self._say(count)
        with self._owner.writing() as session:
            session.execute(sa.text("CREATE TABLE kept AS TABLE outbox"))
            rows = session.execute(sa.text("SELECT partition, key, body FROM outbox ORDER BY position"))
            self.messages: Sequence[tuple[int, str, str]] = [(row[0], row[1], row[2]) for row in rows]
        _make_topic(kafka)

    def relayed(self) -> float:
        """Fill the outbox, and give how many events a second our relay publishes until it is empty."""
        with self._owner.writing() as session:
            session.execute(sa.text("TRUNCATE outbox"))
            session.execute(sa.text("INSERT INTO outbox SELECT * FROM kept"))
        events = KafkaLog(self._kafka)
        relay = Relay(Service(name=NAME, metadata=Base.metadata), self._worker, events)
        events.ensure([relay.service.topic])
        events.publish(relay.service.topic, [Message(0, "warm", "{}")])  # Connecting is no part of it.
        seconds: list[float] = []
        published = 0
        with stopwatch(seconds):
            while count := relay.step():
                published += count
        events.close()
        assert published == len(self.messages)
        return published / seconds[0]

    def produced(self) -> float:
        """Give how many of the same messages a second kafka-python alone produces, in full batches."""
        producer = producer_of(self._kafka)
        producer.partitions_for(TOPIC)
        seconds: list[float] = []
        with stopwatch(seconds):
            publish(producer, TOPIC, self.messages)
        producer.close()
        return len(self.messages) / seconds[0]

    def close(self) -> None:
        self._owner.close()
        self._worker.close()

    def _say(self, count: int) -> None:
        for batch in in_batches(Story(count).learners(), 200):
            with self._worker.writing() as session:
                outbox.append(session, *(event for one in batch for event in one.events))


def _make_topic(kafka: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({TOPIC: {"num_partitions": PARTITIONS}})
    admin.wait_for_topics([TOPIC])
    admin.close()
