"""The event log: what the relay needs to publish and the consumer to read, whichever log stands behind it.

A topic has `PARTITIONS` partitions; offsets in one count from 0 without holes. The log's id changes when it is made
anew, and whoever reads then starts at 0 again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Place = tuple[str, int]
"""A topic and a partition of it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: a partition, the key that orders a line, and the event's JSON."""

    partition: int
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is read: a message with the place where it stands."""

    topic: str
    partition: int
    offset: int
    log_id: str
    key: str
    body: bytes

    @property
    def place(self) -> Place:
        return self.topic, self.partition


Positions = Callable[[Mapping[str, str]], Mapping[Place, int]]
"""Takes the log id of each topic; gives the offset to read next at every place that has one, others start at 0."""


class Reader(Protocol):
    """Reads topics as a member of a group; at any time one member of the group owns a place."""

    def poll(self, seconds: float) -> list[Record]:
        """Give the next records, waiting at most so long for the first. Raises `LogUnavailable`."""

    def rewind(self) -> None:
        """Go on reading from the positions, wherever reading stood."""

    def settled(self, records: Sequence[Record]) -> None:
        """Take note, for lag tools only, that records were handled."""

    def assigned(self) -> frozenset[Place]:
        """Give the places that this member owns at present."""

    def lag(self) -> dict[Place, int]:
        """Count the records that it has not read yet at each of its places, as far as known."""

    def close(self) -> None:
        """Leave the group."""


class EventLog(Protocol):
    """A log of topics. Every method may raise `LogUnavailable`."""

    def ensure(self, topics: Sequence[str]) -> None:
        """Make the topics that do not exist."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Publish in order, and come back only when all of it is durable."""

    def reader(self, *, group: str, topics: Sequence[str], member: str, positions: Positions) -> Reader:
        """Open a reader. `member` is a stable name, so that a restarted member gets its places back at once."""

    def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        """Give the offset that comes next at every place."""

    def ids(self, topics: Sequence[str]) -> dict[str, str]:
        """Give the log id of each topic."""

    def scan(self, start: Mapping[Place, int], end: Mapping[Place, int]) -> Iterator[list[Record]]:
        """Read every record from `start` (0 where not named) up to, not including, `end`, outside any group.

        Raises `LogUnavailable` where the log does not hold all of them.
        """

    def close(self) -> None:
        """Let go of connections."""
