"""Reads the topics that a service listens to and handles each event exactly once in effect.

Outcome by exception: a return means done; `Reject` a dead letter; a lost connection, deadlock, lock or time-out means
waiting (again, with back-off, no try counted); anything else is a try, and after so many tries a dead letter.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from sqlalchemy.orm import Session

from shared import tracing
from shared.database import Database
from shared.errors import LogUnavailable, Reject
from shared.events import Event
from shared.logging import log, trace_of
from shared.messaging import inbox, letters, measures
from shared.messaging.delivery import Delivery, read
from shared.messaging.handling import handle
from shared.messaging.inbox import Overtaken, PartitionsAreHeld, is_not_now
from shared.messaging.lines import release_left
from shared.messaging.log import EventLog, Place, Reader, Record
from shared.messaging.standing import standing
from shared.messaging.watch import Watch
from shared.service import Service
from shared.waiting import is_waiting

logger = log(__name__)

LONGEST_PAUSE = 5.0
LOOK_EVERY = 2.0
"""How many seconds pass, at least, between two looks for lines that somebody wants to go on, or left halfway."""


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
        advance: Callable[[Session, Sequence[Record]], None] = inbox.advance,
    ) -> None:
        self.service = service
        self._database, self._log, self._member = database, log, member
        self._tries, self._pause, self._advance = tries, pause, advance
        self._stopping = threading.Event()
        self._reader: Reader | None = None
        self._begun: dict[Place, int] = {}
        self._behind: dict[Place, int] = {}
        self._looked = -LOOK_EVERY
        self.watch = Watch()
        self.handled = 0
        self.last_error = ""

    def run(self) -> None:
        """Handle events until `stop`. A log or database that is away is waited for."""
        with standing.consuming(self.service.name, lambda: self._behind):
            failures = 0
            while not self._stopping.is_set():
                try:
                    self.step(1.0)
                    failures = 0
                except Exception as error:
                    if not isinstance(error, LogUnavailable | PartitionsAreHeld) and not is_waiting(error):
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
            self._behind = {}

    def step(self, seconds: float = 0.0) -> int:
        """Handle the next batch, waiting at most so long for it; give the number of records."""
        try:
            reader = self._opened()
            records = reader.poll(seconds)
            self._behind = reader.lag()
            self.watch.saw(sum(self._behind.values()) + len(records))
            self._step(reader, records)
            self.watch.saw(sum(self._behind.values()))
        except BaseException:
            self.close()  # The next step reads again from the position, as another member of the group if need be.
            raise
        return len(records)

    def handle(self, records: Sequence[Record]) -> None:
        """Handle records in one commit if all succeed, and one by one if any fails. Raises `Overtaken`."""
        self._handle([read(self.service, record) for record in records])

    def assigned(self) -> frozenset[Place]:
        return self._reader.assigned() if self._reader else frozenset()

    def _step(self, reader: Reader, records: Sequence[Record]) -> None:
        if not records:
            return self._look_for_lines()
        try:
            if self._ended_amid(records):
                self._one_by_one([read(self.service, record) for record in records])
            else:
                self.handle(records)
            reader.settled(records)
            self._look_for_lines()
        except Overtaken as overtaken:
            logger.info("overtaken", service=self.service.name, reason=str(overtaken))
            reader.rewind()
            self._stopping.wait(self._pause)  # Whatever keeps us from the position may last.

    def _look_for_lines(self) -> None:
        owned = {number for _, number in self.assigned()}
        if owned and monotonic() - self._looked >= LOOK_EVERY:
            release_left(self.service, self._database, owned)
            self._looked = monotonic()

    def _ended_amid(self, records: Sequence[Record]) -> bool:
        """Note durably what is begun; tell whether another process had begun it, and ended without an outcome.

        What killed it may be one of these events, which are therefore counted and tried alone.
        """
        with self._database.writing() as session:
            before = inbox.begin(session, records)
        foreign = any(self._begun.get(place) != offset for place, offset in before.items())
        self._begun.update({record.place: record.offset + 1 for record in records})
        return foreign

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

    def _handle(self, deliveries: Sequence[Delivery]) -> None:
        try:
            self._in_one_commit(deliveries)
        except (Overtaken, LogUnavailable):
            raise
        except Exception as error:
            if is_not_now(error):
                raise
            self._note("batch failed", error)
            self._one_by_one(deliveries)

    def _in_one_commit(self, deliveries: Sequence[Delivery]) -> None:
        began = tracing.now()
        with self._database.writing() as session:
            inbox.lock_partitions(session, {one.record.partition for one in deliveries})
            self._advance(session, [one.record for one in deliveries])
            done = self._take(session, [one for one in deliveries if one.wanted])
        self.watch.moved()
        self.handled += len(done)
        tracing.record("handle", began, (self._step_of(event) for event in done))
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

    def _step_of(self, event: Event) -> tracing.Step:
        told = {"service": self.service.name, "type": event.type, "event": str(event.id)}
        return tracing.Step(event.trace_parent, told)

    def _take(self, session: Session, deliveries: Sequence[Delivery]) -> list[Event]:
        """Handle what is new; keep as letters what is broken, or stands behind a dead letter."""
        fresh = inbox.claim(session, [one.event_id for one in deliveries])
        blocked = letters.blocked_lines(session, [one.line for one in deliveries])
        events: list[Event] = []
        for one in deliveries:
            if one.event_id not in fresh:
                continue
            fresh.discard(one.event_id)  # The same event twice in one batch counts once.
            if one.event is not None and one.event.clears_line and one.line in blocked:
                self._clear(session, one)
                blocked.discard(one.line)
            if one.line in blocked:
                letters.park(session, one.undelivered())
            elif one.event is None:
                self._bury(session, one, reason=one.broken)
                blocked.add(one.line)
            else:
                events.append(one.event)
        handle(self.service, session, events)
        return events

    def _clear(self, session: Session, delivery: Delivery) -> None:
        count = letters.clear_line(session, delivery.line)
        logger.info("line cleared", service=self.service.name, event_id=str(delivery.event_id), discarded=count)

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
                    return self._give_up(delivery, "Every try ended with the process that made it.", tries=self._tries)
            try:
                self._in_one_commit([delivery])
                return self._forget(delivery)
            except Overtaken:
                raise
            except Reject as rejected:
                return self._give_up(delivery, str(rejected), tries=count)
            except Exception as error:  # noqa: BLE001  # Whatever a handler raises is this event's outcome.
                self._note("event failed", error)
                waited = waited + 1 if is_not_now(error) else 0
                if not waited and count >= self._tries:
                    reason, trace = f"{type(error).__name__} in {count} tries.", trace_of(error)
                    return self._give_up(delivery, reason, trace, tries=count)
            if self._stopping.wait(self._back_off(waited or count)):
                if waited:
                    self._take_back(delivery)
                raise LogUnavailable("Stopped between two tries.")

    def _counted(self, delivery: Delivery) -> int:
        if not delivery.wanted:
            return 0
        with self._database.writing() as session:
            return inbox.count_try(session, delivery.event_id)

    def _take_back(self, delivery: Delivery) -> None:
        with self._database.writing() as session:
            inbox.take_back_try(session, delivery.event_id)

    def _forget(self, delivery: Delivery) -> None:
        with self._database.writing() as session:
            inbox.forget_tries(session, delivery.event_id)

    def _give_up(self, delivery: Delivery, reason: str, trace: str = "", *, tries: int) -> None:
        with self._database.writing() as session:
            inbox.lock_partitions(session, [delivery.record.partition])
            self._advance(session, [delivery.record])
            if inbox.claim(session, [delivery.event_id]):
                if delivery.event is not None and delivery.event.clears_line:
                    self._clear(session, delivery)  # It is the head of its line, and nothing else has to be replayed.
                self._bury(session, delivery, reason=reason, trace=trace, tries=tries)
            inbox.forget_tries(session, delivery.event_id)

    def _bury(self, session: Session, delivery: Delivery, *, reason: str, trace: str = "", tries: int = 0) -> None:
        letters.bury(session, delivery.undelivered(), reason=reason, trace=trace, tries=tries)
        measures.dead.labels(self.service.name).inc()
        logger.error("event dead", service=self.service.name, event_id=str(delivery.event_id), reason=reason)

    def _note(self, what: str, error: BaseException) -> None:
        self.last_error = type(error).__name__
        self.watch.moved()
        measures.note_failure(self.service.name, "consumer", error)
        logger.warning(what, service=self.service.name, error=type(error).__name__, trace=trace_of(error))

    def _back_off(self, failures: int) -> float:
        return min(LONGEST_PAUSE, self._pause * 2.0 ** min(failures, 10))
