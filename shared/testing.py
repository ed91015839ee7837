"""Runs services for a test: real databases, a real event log, and `settle()` instead of waiting."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shared.database import Database
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.log import EventLog
from shared.messaging.relay import Relay, unpublished_count
from shared.service import Service


@dataclass
class Running:
    """A service with its database, its relay and its consumer, stepped by hand."""

    service: Service
    database: Database
    log: EventLog
    tries: int = 3

    @cached_property
    def relay(self) -> Relay:
        return Relay(self.service, self.database, self.log)

    @cached_property
    def consumer(self) -> Consumer:
        return Consumer(self.service, self.database, self.log, tries=self.tries, pause=0.0)

    def publish(self) -> None:
        """Publish everything that stands in the outbox."""
        while self.relay.step():
            pass

    def consume(self) -> None:
        """Handle everything that stands in the log."""
        if not self.service.topics:
            return
        while self.behind():
            self.consumer.step(0.2)

    def behind(self) -> int:
        """Count the records of the log that this service has not handled yet."""
        ends = self.log.ends(self.service.topics)
        with self.database.reading() as session:
            done = inbox.read_positions(session, self.log.ids(self.service.topics))
        return sum(end - done.get(place, 0) for place, end in ends.items())

    def waiting(self) -> int:
        with self.database.reading() as session:
            return unpublished_count(session)

    def close(self) -> None:
        self.consumer.close()
        self.database.close()


@dataclass
class Suite:
    """Several services on one event log."""

    running: Sequence[Running]
    rounds: int = field(default=50)

    def __getitem__(self, name: str) -> Running:
        return next(one for one in self.running if one.service.name == name)

    def settle(self) -> None:
        """Publish and handle until nothing is left to publish or to handle anywhere.

        Raises `AssertionError` when the flow does not come to rest.
        """
        for _ in range(self.rounds):
            for one in self.running:
                one.publish()
            for one in self.running:
                one.consume()
            if not any(one.waiting() for one in self.running):
                return
        raise AssertionError(f"Events still flow after {self.rounds} rounds.")

    def close(self) -> None:
        for one in self.running:
            one.close()
