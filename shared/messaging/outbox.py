"""Events are said by writing them beside the data they tell of, in the same transaction; the relay publishes them."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from uuid import UUID

from sqlalchemy import event as hooks
from sqlalchemy import insert
from sqlalchemy.orm import Session
from structlog.contextvars import get_contextvars

from shared import clock
from shared.database import insert_new
from shared.errors import TooLarge
from shared.events import Event, encode
from shared.messaging.doorbell import bell
from shared.plumbing import PARTITIONS, aggregates, outbox

_closed: ContextVar[bool] = ContextVar("outbox_closed", default=False)


LARGEST = 1_000_000
"""How many bytes an event may have: what Kafka takes by default, less a little for the key and the frame."""


class EventIsTooLarge(TooLarge):
    """An event would not fit in a message of the log; it, and all behind it, could never be published."""


class OutboxIsClosed(Exception):
    """A projection said an event: a fold must say nothing, or a rebuild would say it again."""


def partition_of(key: str) -> int:
    """Give the partition on which every event with this key travels, on every topic and log."""
    return zlib.crc32(key.encode()) % PARTITIONS


def append(session: Session, *events: Event) -> tuple[Event, ...]:
    """Say events in this transaction. Gives them as they will travel, with sequence and correlation id.

    The counter of each aggregate is locked until the commit, so that events of one aggregate are said in the order
    of their sequence. Raises `EventIsTooLarge`.
    """
    if _closed.get():
        raise OutboxIsClosed("A projection can't say an event; a reaction can.")
    if not events:
        return ()
    said = _stamped(events, _next_sequences(session, events))
    at = clock.now()
    session.execute(
        insert(outbox),
        [
            {
                "id": event.id,
                "tenant": event.tenant,
                "type": event.type,
                "subject": event.subject,
                "sequence": event.sequence,
                "key": event.partition_key,
                "partition": partition_of(event.partition_key),
                "recorded_at": at,
                "body": _fitting(encode(event)),
            }
            for event in said
        ],
    )
    session.info["said"] = True
    return said


@contextmanager
def closed() -> Iterator[None]:
    """Let nothing be said within a block."""
    token = _closed.set(True)
    try:
        yield
    finally:
        _closed.reset(token)


Aggregate = tuple[UUID, str]


def _next_sequences(session: Session, events: Sequence[Event]) -> dict[Aggregate, int]:
    """Count every aggregate up by the number of its events, in the order of their ids; give the numbers before."""
    counts = Counter((event.tenant, event.subject) for event in events)
    start = insert_new(aggregates, session)
    act = start.on_conflict_do_update(
        index_elements=["tenant", "subject"], set_={"sequence": aggregates.c.sequence + start.excluded.sequence}
    ).returning(aggregates.c.tenant, aggregates.c.subject, aggregates.c.sequence)
    rows = [
        {"tenant": tenant, "subject": subject, "sequence": counts[tenant, subject]}
        for tenant, subject in sorted(counts, key=str)
    ]
    counted = session.execute(act, rows)
    return {(row.tenant, row.subject): row.sequence - counts[row.tenant, row.subject] for row in counted}


def _stamped(events: Sequence[Event], before: dict[Aggregate, int]) -> tuple[Event, ...]:
    context = get_contextvars()
    correlation, parent = str(context.get("correlation", "")), str(context.get("trace_parent", ""))
    said = []
    for event in events:
        aggregate = (event.tenant, event.subject)
        before[aggregate] += 1
        said.append(
            replace(
                event,
                sequence=before[aggregate],
                correlation=event.correlation or correlation,
                trace_parent=event.trace_parent or parent,
            )
        )
    return tuple(said)


def _fitting(body: str) -> str:
    if len(body.encode()) > LARGEST:
        raise EventIsTooLarge(f"This would be told in more than {LARGEST} bytes.", limit=LARGEST)
    return body


@hooks.listens_for(Session, "after_commit")
def _wake_relay(session: Session) -> None:
    if session.info.pop("said", False):
        bell(str(session.get_bind().engine.url.database)).ring()
