"""Evaluation with a log of its own, to which a test delivers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from services.evaluation.app import service
from shared.database import Database
from shared.events import Event, encode
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.log import Message
from shared.messaging.outbox import partition_of
from shared.service import topic_of
from shared.testing import Running


@contextmanager
def running_on(empty: Path, folder: Path) -> Iterator[Running]:
    """Run evaluation in a folder, on a copy of an empty database."""
    path = folder / "evaluation.sqlite"
    path.write_bytes(empty.read_bytes())
    with ExitStack() as stack:
        log = EmbeddedLog(folder / "events.sqlite")
        stack.callback(log.close)
        running = Running(service, Database(f"sqlite:///{path}"), log)
        stack.callback(running.close)
        yield running


def deliver(running: Running, *events: Event) -> None:
    """Let the log hold these events, in this order on each topic, and the service handle them."""
    running.log.ensure(service.topics)
    for event in events:
        message = Message(partition_of(event.partition_key), event.partition_key, encode(event))
        running.log.publish(topic_of(event.publisher), [message])
    running.consume()
