"""What the databases and the log hold at the end, read with plain SQL, past the suite's own queries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.embedded import SERVICES
from shared.messaging.kafka import KafkaLog
from tests.crash.ground import Ground

Row = dict[str, Any]
NAMES = [service.name for service in SERVICES]


@dataclass(frozen=True)
class Said:
    """An event as it lies in an outbox."""

    id: str
    type: str
    tenant: str
    subject: str
    sequence: int
    published: bool
    body: Mapping[str, Any]

    @property
    def about(self) -> Mapping[str, Any]:
        """What it tells, beyond the envelope."""
        told: Mapping[str, Any] = self.body["data"]
        return told


@dataclass(frozen=True)
class Stored:
    """Everything that is stored, of which each part is read once."""

    ground: Ground

    def rows(self, service: str, query: str) -> list[Row]:
        """Give the rows of a query in a service's database; ids as text."""
        with psycopg.connect(self.ground.database(service), connect_timeout=5, row_factory=dict_row) as connection:
            return list(connection.execute(query.encode()))

    @cached_property
    def outboxes(self) -> dict[str, list[Said]]:
        """Give the events that each service has said, in the order in which it said them."""
        return {name: [_said(row) for row in self.rows(name, _OUTBOX)] for name in NAMES}

    @property
    def events(self) -> Iterator[Said]:
        for some in self.outboxes.values():
            yield from some

    def of_type(self, kind: str) -> list[Said]:
        """Give the events whose type begins so, whatever their version."""
        return [one for one in self.events if one.type.rpartition(".")[0] == kind]

    @cached_property
    def log(self) -> dict[tuple[str, int], list[Mapping[str, Any]]]:
        """Give the envelopes of the log by topic and partition, in their order."""
        topics = [service.topic for service in SERVICES]
        found: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
        log = KafkaLog(self.ground.broker.address)
        try:
            for records in log.scan({}, log.ends(topics)):
                for one in records:
                    found.setdefault(one.place, []).append(json.loads(one.body))
        finally:
            log.close()
        return found


def said_so_far(ground: Ground) -> int:
    """Count the events said until now. Raises `psycopg.Error` while the database is away."""
    count = 0
    for name in NAMES:
        with psycopg.connect(ground.database(name), connect_timeout=3) as connection:
            row: Sequence[Any] | None = connection.execute("SELECT count(*) FROM outbox").fetchone()
            count += row[0] if row else 0
    return count


_OUTBOX = """
SELECT id::text, type, tenant::text, subject, sequence, published_at IS NOT NULL AS published, body FROM outbox
ORDER BY position
"""


def _said(row: Row) -> Said:
    return Said(**row | {"body": json.loads(row["body"])})
