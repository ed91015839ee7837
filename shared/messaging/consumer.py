"""Reads the topics that a service listens to and handles each event exactly once in effect.

Outcome by exception: a return means done; `Reject` a dead letter; a lost connection, deadlock, lock or time-out means
waiting (again, with back-off, no try counted); anything else is a try, and after so many tries a dead letter.
"""

import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from shared.database import Database, is_statement_timeout, is_waiting
from shared.errors import LogUnavailable, Reject
from shared.events import BrokenPayload, Event, Letter, registry
from shared.ids import NATIONAL
from shared.logging import log
from shared.messaging import inbox, letters, measures
from shared.messaging.handling import handle
from shared.messaging.inbox import Overtaken
from shared.messaging.log import EventLog, Place, Reader, Record
from shared.service import Service

logger = log(__name__)

LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Delivery:
    """A record, and what it holds for this service: an event, something broken, or nothing that it wants."""

    record: Record
    event: Event | None = None
    broken: str = ""

    @property
    def wanted(self) -> bool:
        return self.event is not None or bool(self.broken)

    @property
    def event_id(self) -> UUID:
        """The event's id, or one made from its place where the bytes hold none."""
        if self.event is not None:
            return self.event.id
        place = self.record
        return uuid5(NATIONAL, f"{place.log_id}/{place.topic}/{place.partition}/{place.offset}")

    @property
    def line(self) -> str:
        """The key, as a database can keep it."""
        return storable(self.record.key)[:200]

    def undelivered(self) -> letters.Undelivered:
        return letters.Undelivered(
            event_id=self.event_id,
            tenant=self.event.tenant if self.event else None,
            type=self.event.type if self.event else "",
            key=self.line,
            partition=self.record.partition,
            body=storable(self.record.body.decode(errors="backslashreplace")),
        )


class Consumer:
    """A service's consumer. `step` handles one batch; `run` goes on until it is told to stop."""

    def __init__(
        self,
        service: Service,
        database: Database,
        log: EventLog,
        *,
        member: str = "0",
        tries: int = 5,
        pause: float = 0.05,
    ) -> None:
        self.service = service
        self._database, self._log, self._member = database, log, member
        self._tries, self._pause = tries, pause
        self._stopping = threading.Event()
        self._reader: Reader | None = None
        self.last_error = ""

    def run(self) -> None:
        """Handle events until `stop`. A log or database that is away is waited for."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self.step(1.0)
                failures = 0
            except Exception as error:
                if not isinstance(error, LogUnavailable) and not is_waiting(error):
                    raise
                failures += 1
                self._note("waiting", error)
                self._stopping.wait(self._back_off(failures))
        self.close()

    def stop(self) -> None:
        """Ask `run` to come back after the batch at hand."""
        self._stopping.set()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def step(self, seconds: float = 0.0) -> int:
        """Handle the next batch, waiting at most so long for it; give the number of records."""
        reader = self._opened()
        records = reader.poll(seconds)
        measures.lag.labels(self.service.name).set(reader.lag())
        if not records:
            return 0
        try:
            self._handle([self._read(record) for record in records])
            reader.settled(records)
        except Overtaken as overtaken:
            logger.info("overtaken", service=self.service.name, reason=str(overtaken))
            reader.rewind()
        except BaseException:
            self.close()  # The next step reads again from the position.
            raise
        return len(records)

    def assigned(self) -> frozenset[Place]:
        return self._reader.assigned() if self._reader else frozenset()

    def _opened(self) -> Reader:
        if self._reader is None:
            self._log.ensure(self.service.topics)
            self._reader = self._log.reader(
                group=self.service.name, topics=self.service.topics, member=self._member, positions=self._positions
            )
        return self._reader

    def _positions(self, log_ids: Mapping[str, str]) -> dict[Place, int]:
        with self._database.reading() as session:
            return inbox.read_positions(session, log_ids)

    def _read(self, record: Record) -> Delivery:
        try:
            letter = Letter.open(record.body)
            kind = registry.get(letter.type)
            if kind is None:
                measures.skipped.labels(self.service.name).inc()
                logger.info("unknown type skipped", service=self.service.name, type=letter.type[:120])
            if kind not in self.service.hears:
                return Delivery(record)
            return Delivery(record, letter.event())
        except BrokenPayload as broken:
            return Delivery(record, broken=str(broken))

    def _handle(self, deliveries: Sequence[Delivery]) -> None:
        try:
            self._in_one_commit(deliveries)
        except (Overtaken, LogUnavailable):
            raise
        except Exception as error:
            if is_waiting(error) and not is_statement_timeout(error):
                raise
            self._note("batch failed", error)
            self._one_by_one(deliveries)

    def _in_one_commit(self, deliveries: Sequence[Delivery]) -> None:
        with self._database.writing() as session:
            inbox.lock_partitions(session, {one.record.partition for one in deliveries})
            inbox.advance(session, [one.record for one in deliveries])
            done = self._take(session, [one for one in deliveries if one.wanted])
        for event in done:
            measures.handled.labels(self.service.name, event.type).inc()
            logger.info(
                "event handled",
                service=self.service.name,
                type=event.type,
                event_id=str(event.id),
                tenant=str(event.tenant),
                correlation=event.correlation,
            )

    def _take(self, session: Session, deliveries: Sequence[Delivery]) -> list[Event]:
        """Handle what is new; keep as letters what is broken, or stands behind a dead letter."""
        fresh = inbox.claim(session, [one.event_id for one in deliveries])
        blocked = letters.blocked_lines(session, [one.line for one in deliveries])
        events: list[Event] = []
        for one in deliveries:
            if one.event_id not in fresh:
                continue
            fresh.discard(one.event_id)  # The same event twice in one batch counts once.
            if one.line in blocked:
                letters.park(session, one.undelivered())
            elif one.event is None:
                self._bury(session, one, reason=one.broken)
                blocked.add(one.line)
            else:
                events.append(one.event)
        handle(self.service, session, events)
        return events

    def _one_by_one(self, deliveries: Sequence[Delivery]) -> None:
        for one in deliveries:
            self._alone(one)

    def _alone(self, delivery: Delivery) -> None:
        """Handle one event, in as many tries as it has; then it is dead."""
        waited = count = 0
        while True:
            if not waited:
                count = self._counted(delivery)
                if count > self._tries:
                    return self._give_up(delivery, "Every try ended with the process that made it.")
            try:
                self._in_one_commit([delivery])
                return self._forget(delivery)
            except Overtaken:
                raise
            except Reject as rejected:
                return self._give_up(delivery, str(rejected))
            except Exception as error:  # noqa: BLE001  # Whatever a handler raises is this event's outcome.
                self._note("event failed", error)
                waiting = is_waiting(error) and not is_statement_timeout(error)
                waited = waited + 1 if waiting else 0
                if not waiting and count >= self._tries:
                    return self._give_up(delivery, f"{type(error).__name__} in {count} tries.", _trace(error))
            if self._stopping.wait(self._back_off(waited or count)):
                raise LogUnavailable("Stopped between two tries.")

    def _counted(self, delivery: Delivery) -> int:
        if not delivery.wanted:
            return 0
        with self._database.writing() as session:
            return inbox.count_try(session, delivery.event_id)

    def _forget(self, delivery: Delivery) -> None:
        with self._database.writing() as session:
            inbox.forget_tries(session, delivery.event_id)

    def _give_up(self, delivery: Delivery, reason: str, trace: str = "") -> None:
        with self._database.writing() as session:
            inbox.lock_partitions(session, [delivery.record.partition])
            inbox.advance(session, [delivery.record])
            if inbox.claim(session, [delivery.event_id]):
                self._bury(session, delivery, reason=reason, trace=trace)
            inbox.forget_tries(session, delivery.event_id)

    def _bury(self, session: Session, delivery: Delivery, *, reason: str, trace: str = "") -> None:
        letters.bury(session, delivery.undelivered(), reason=reason, trace=trace)
        measures.dead.labels(self.service.name).inc()
        logger.error("event dead", service=self.service.name, event_id=str(delivery.event_id), reason=reason)

    def _note(self, what: str, error: BaseException) -> None:
        self.last_error = type(error).__name__
        logger.warning(what, service=self.service.name, error=type(error).__name__, trace=_trace(error))

    def _back_off(self, failures: int) -> float:
        return min(LONGEST_PAUSE, self._pause * 2.0 ** min(failures, 10))


def storable(text: str) -> str:
    """Write out the one character that PostgreSQL can't keep in a text."""
    return text.replace("\x00", "\\x00")


def _trace(error: BaseException) -> str:
    """Give where it failed, without the message: a message may quote a person's text."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([*(f"{one.filename}:{one.lineno} {one.name}" for one in frames), type(error).__name__])
