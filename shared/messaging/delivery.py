"""What a record of the log is to a service: an event that it wants, something broken, or nothing."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.events import BrokenPayload, Event, Letter, registry
from shared.ids import NATIONAL
from shared.logging import log
from shared.messaging import measures
from shared.messaging.letters import Undelivered, storable
from shared.messaging.log import Record
from shared.service import Service

logger = log(__name__)


@dataclass(frozen=True)
class Delivery:
    """A record, and what it holds for this service: an event, something broken, or nothing that it wants."""

    record: Record
    event: Event | None = None
    broken: str = ""
    named: UUID | None = None

    @property
    def wanted(self) -> bool:
        return self.event is not None or bool(self.broken)

    @property
    def event_id(self) -> UUID:
        """The event's id, or one made from its place where the bytes hold none."""
        if self.event is not None:
            return self.event.id
        place = self.record
        return self.named or uuid5(NATIONAL, f"{place.log_id}/{place.topic}/{place.partition}/{place.offset}")

    @property
    def line(self) -> str:
        """The key, as a database can keep it."""
        return storable(self.record.key)[:200]

    def undelivered(self) -> Undelivered:
        return Undelivered(
            event_id=self.event_id,
            tenant=self.event.tenant if self.event else None,
            type=self.event.type if self.event else "",
            key=self.line,
            partition=self.record.partition,
            body=storable(self.record.body.decode(errors="backslashreplace")),
        )


def read(service: Service, record: Record) -> Delivery:
    """Tell what a record holds for a service. A type that this program does not know is counted and nothing more."""
    try:
        letter = Letter.open(record.body)
    except BrokenPayload as broken:
        return Delivery(record, broken=str(broken))
    kind = registry.get(letter.type)
    if kind is None:
        measures.skipped.labels(service.name).inc()
        logger.info("unknown type skipped", service=service.name, type=letter.type[:120])
    if kind not in service.hears:
        return Delivery(record)
    try:
        return Delivery(record, letter.event())
    except BrokenPayload as broken:
        return Delivery(record, broken=str(broken), named=letter.event_id)
