"""The ceiling on Kafka and PostgreSQL: the same events through the barest program that keeps the same promise.

Three processes with psycopg and kafka-python alone: a batch of rows with their outbox rows in one commit; a relay that
publishes and marks; a consumer that claims, counts and moves its positions in one commit. One table is counted up by
person; there are no rules, no sequences, no logs, no dead letters.
"""

import json
import multiprocessing
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from shared.events import encode
from shared.plumbing import PARTITIONS
from tests.performance.story import Learner, Story

TOPIC = "bare.completions"
PAUSE = 0.002

Rows = tuple[list[UUID], list[str], list[int], list[str]]
"""Ids, keys, partitions and bodies of events, column by column."""

SCHEMA = """
CREATE TABLE facts (id uuid PRIMARY KEY, person uuid NOT NULL);
CREATE TABLE outbox (position bigserial PRIMARY KEY, id uuid NOT NULL, key text NOT NULL, partition smallint NOT NULL,
                     body text NOT NULL, published_at timestamptz);
CREATE INDEX waiting ON outbox (position) WHERE published_at IS NULL;
CREATE TABLE inbox (id uuid PRIMARY KEY);
CREATE TABLE positions (partition smallint PRIMARY KEY, next_offset bigint NOT NULL);
CREATE TABLE tallies (tenant uuid, person uuid, events bigint NOT NULL, PRIMARY KEY (tenant, person));
"""


@dataclass(frozen=True)
class BareFlow:
    """Writes rows with their outbox rows, and looks at what was counted."""

    connection: "psycopg.Connection[Any]"
    log: Path

    def written(self, learners: Sequence[Learner]) -> Rows:
        events = [event for one in learners for event in one.events]
        keys = [event.partition_key for event in events]
        places = [zlib.crc32(key.encode()) % PARTITIONS for key in keys]
        return [event.id for event in events], keys, places, [encode(event) for event in events]

    def say(self, batch: Rows) -> None:
        with self.connection.transaction():
            self.connection.execute("INSERT INTO facts SELECT * FROM unnest(%s::uuid[], %s::uuid[])", batch[:2])
            self.connection.execute(
                "INSERT INTO outbox (id, key, partition, body)"
                " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::smallint[], %s::text[])",
                batch,
            )

    def handled(self) -> int:
        row = self.connection.execute("SELECT coalesce(sum(next_offset), 0) FROM positions").fetchone()
        return int(row[0]) if row else 0

    def check(self, story: Story) -> None:
        row = self.connection.execute("SELECT sum(events) FROM tallies WHERE tenant = %s", (story.tenant,)).fetchone()
        assert row is not None
        assert row[0] == story.events


def prepare(address: str, kafka: str) -> None:
    """Make the tables and the topic."""
    with psycopg.connect(address) as connection:
        connection.execute(SCHEMA)
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({TOPIC: {"num_partitions": PARTITIONS}})
    admin.wait_for_topics([TOPIC])
    admin.close()


@contextmanager
def running(address: str, kafka: str, log: Path) -> Iterator[BareFlow]:
    """Run relay and consumer in processes of their own, until the end of the block."""
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=work, args=(address, kafka), daemon=True) for work in (relay, consume)]
    with psycopg.connect(address, autocommit=True) as connection:
        for process in processes:
            process.start()
        try:
            yield BareFlow(connection, log)
        finally:
            for process in processes:
                process.kill()
                process.join()


def relay(address: str, kafka: str) -> None:
    """Publish what waits, in its order, and mark it, for ever."""
    producer = producer_of(kafka)
    with psycopg.connect(address) as connection:
        while True:
            rows = connection.execute(
                "SELECT position, key, partition, body FROM outbox"
                " WHERE published_at IS NULL ORDER BY position LIMIT 1000"
            ).fetchall()
            if rows:
                publish(producer, TOPIC, [(row[2], row[1], row[3]) for row in rows])
                done = [row[0] for row in rows]
                connection.execute("UPDATE outbox SET published_at = now() WHERE position = ANY(%s)", (done,))
            connection.commit()
            if not rows:
                time.sleep(PAUSE)


def consume(address: str, kafka: str) -> None:
    """Count what is published, each event once, for ever."""
    consumer = KafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka,
        group_id="bare",
        group_instance_id="bare-0",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    with psycopg.connect(address) as connection:
        while True:
            found = consumer.poll(timeout_ms=200)
            if found:
                _count(connection, {place.partition: several for place, several in found.items()})
                consumer.commit_async()


def producer_of(kafka: str) -> Any:
    """Give a producer that sends full batches."""
    return KafkaProducer(bootstrap_servers=kafka, linger_ms=0, batch_size=131_072, compression_type="lz4")


def publish(producer: Any, topic: str, messages: Sequence[tuple[int, str, str]]) -> None:
    """Send all, wait once, then look at the outcome of each. A message is partition, key and body."""
    sent = [producer.send(topic, body.encode(), key=key.encode(), partition=place) for place, key, body in messages]
    producer.flush(timeout=15)
    for future in sent:
        future.get(timeout=15)


def _count(connection: "psycopg.Connection[Any]", found: dict[int, list[Any]]) -> None:
    read = [json.loads(one.value) for several in found.values() for one in several]
    events = {UUID(one["id"]): one for one in read}
    with connection.transaction():
        claimed = connection.execute(
            "INSERT INTO inbox SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING id", (sorted(events),)
        ).fetchall()
        new = [events[row[0]] for row in claimed]
        counts = Counter((UUID(one["tenant"]), UUID(one["data"]["person"])) for one in new)
        people = sorted(counts)
        connection.execute(
            "INSERT INTO tallies SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])"
            " ON CONFLICT (tenant, person) DO UPDATE SET events = tallies.events + excluded.events",
            ([one[0] for one in people], [one[1] for one in people], [counts[one] for one in people]),
        )
        connection.execute(
            "INSERT INTO positions SELECT * FROM unnest(%s::smallint[], %s::bigint[])"
            " ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset",
            (list(found), [several[-1].offset + 1 for several in found.values()]),
        )
