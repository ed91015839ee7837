"""Publishes what stands in the outbox, in order, and calls the timers.

One relay of a service publishes at a time: it holds the leader's row in the transaction that reads, publishes and
marks. Killed in between, it publishes the same events again, and every inbox counts them once.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, cast, func, select, update
from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.database import Database, insert_new
from shared.errors import LogUnavailable
from shared.events import Letter
from shared.logging import log, trace_of
from shared.messaging import measures
from shared.messaging.doorbell import bell
from shared.messaging.errands import Errands, is_due
from shared.messaging.log import EventLog, Message
from shared.messaging.standing import standing
from shared.plumbing import leadership, outbox
from shared.service import Service
from shared.waiting import is_statement_timeout, is_waiting

logger = log(__name__)

BATCH = 1000
LONGEST_PAUSE = 2.0
MEET_EVERY = 30.0
"""How many seconds a relay that publishes trusts that its log is still the same one."""


class Relay:
    """A service's relay. `step` publishes one batch; `run` goes on until it is told to stop."""

    def __init__(self, service: Service, database: Database, log: EventLog, *, pause: float = 0.5) -> None:
        self.service = service
        self._database, self._log, self._pause = database, log, pause
        self._errands = Errands(service, database)
        self._bell = bell(str(database.engine.url.database))
        self._stopping = threading.Event()
        self._met: float | None = None
        self.last_error = ""

    def run(self) -> None:
        """Publish and call timers until `stop`. A log or database that is away is waited for."""
        with standing.relaying(self.service.name, self._database):
            failures = 0
            while not self._stopping.is_set():
                heard, published = self._bell.rings, 0
                waits = False
                for act in (self.step, self.call_timers):  # Timers go on while the log is away.
                    try:
                        published = act() or published
                    except Exception as error:
                        if not isinstance(error, LogUnavailable) and not is_waiting(error):
                            raise
                        waits = True
                        self.last_error = type(error).__name__
                        measures.note_failure(self.service.name, "relay", error)
                        logger.warning(
                            "waiting", service=self.service.name, error=self.last_error, reason=_reason(error)
                        )
                if waits:
                    failures += 1
                    self._stopping.wait(min(LONGEST_PAUSE, 0.05 * 2.0 ** min(failures, 10)))
                    continue
                failures, self.last_error = 0, ""
                if not published:
                    self._bell.wait(heard, self._pause)
            self._errands.end()

    def stop(self) -> None:
        """Ask `run` to come back after the batch at hand."""
        self._stopping.set()
        self._bell.ring()

    def step(self) -> int:
        """Publish the next batch of events; give their number."""
        if self._met is None:
            self._meet_log()
        if not self._anything():
            return 0
        if self._met is None or monotonic() - self._met >= MEET_EVERY:
            self._meet_log()
        began = tracing.now()
        try:
            rows = self._publish()
        except LogUnavailable:
            self._met = None  # Ask whether it is back before a transaction waits for it again.
            raise
        tracing.record("publish", began, (self._step_of(row) for row in rows))
        for row in rows:
            logger.info(
                "event published",
                service=self.service.name,
                type=row.type,
                event_id=str(row.id),
                tenant=str(row.tenant),
                correlation=Letter.open(row.body).envelope["correlationid"],
            )
        measures.published.labels(self.service.name).inc(len(rows))
        return len(rows)

    def call_timers(self) -> None:
        """Call each timer whose time has come; another relay that calls it just now is left alone.

        One that fails is logged and called again in its time; it stops neither the others nor the events.
        """
        for timer, every in self.service.timers.items():
            try:
                with self._database.writing() as session:
                    if is_due(session, timer.__name__, clock.now() + every):
                        timer(session)
            except Exception as error:
                if is_waiting(error) and not is_statement_timeout(error):
                    raise
                logger.error("timer failed", service=self.service.name, timer=timer.__name__, trace=trace_of(error))
                measures.failed_timers.labels(self.service.name, timer.__name__).inc()
                with self._database.writing() as session:
                    is_due(session, timer.__name__, clock.now() + every)
        self._errands.begin_due()

    def finish_errands(self) -> None:
        """Come back once the errands under way have ended."""
        self._errands.finish()

    def _meet_log(self) -> None:
        """Make the topic, and see that it is of the log that holds what was published before.

        Raises `LogUnavailable` when the log was made anew: newer events would stand there before the older ones.
        """
        self._log.ensure([self.service.topic])
        log_id = self._log.ids([self.service.topic])[self.service.topic]
        with self._database.writing() as session:
            known = lead(session)
            if known is None:
                publish_to(session, log_id)
            elif known != log_id:
                self._met = None
                mend = f"python -m services.{self.service.name} events republish"
                raise LogUnavailable(f"{self.service.topic} was made anew: run `{mend}`.")
        self._met = monotonic()

    def _publish(self) -> Sequence[Any]:
        with self._database.writing() as session:
            lead(session)
            rows = _unpublished(session)
            if rows:
                self._log.publish(self.service.topic, [Message(row.partition, row.key, row.body) for row in rows])
                _mark(session, rows, clock.now(), _next_batch(session))
        return rows

    def _step_of(self, row: Any) -> tracing.Step:
        told = {"service": self.service.name, "type": row.type, "event": str(row.id)}
        return tracing.Step(str(Letter.open(row.body).envelope.get("traceparent", "")), told)

    def _anything(self) -> bool:
        with self._database.reading() as session:
            first = select(outbox.c.position).where(outbox.c.published_at.is_(None)).order_by(outbox.c.position)
            return session.execute(first.limit(1)).scalar() is not None


def lead(session: Session) -> str | None:
    """Become the one who may publish or renumber, until the commit; give the id of the log that is published to.

    On SQLite the write lock is enough.
    """
    insert = insert_new(leadership, session).on_conflict_do_nothing()
    session.execute(insert, {"name": "relay", "batches": 0})
    mine = select(leadership.c.log_id).where(leadership.c.name == "relay")
    log_id: str | None = session.execute(mine.with_for_update()).scalar_one()
    return log_id


def publish_to(session: Session, log_id: str) -> None:
    """Let the relay publish to this log and to no other. The session leads."""
    session.execute(update(leadership).where(leadership.c.name == "relay").values(log_id=log_id))


def unpublished_count(session: Session) -> int:
    """Count the events that wait in the outbox."""
    return session.scalar(select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))) or 0


def _unpublished(session: Session) -> Sequence[Any]:
    columns = (outbox.c.position, outbox.c.id, outbox.c.tenant, outbox.c.type)
    wanted = select(*columns, outbox.c.partition, outbox.c.key, outbox.c.body)
    return session.execute(wanted.where(outbox.c.published_at.is_(None)).order_by(outbox.c.position).limit(BATCH)).all()


def _next_batch(session: Session) -> int:
    """Count the transactions that publish. The leader's lock lets them commit in the order of these numbers.

    So whoever reads the outbox by batch and position never finds a row before one that was there earlier, which
    positions alone do not promise, nor clocks.
    """
    mine = update(leadership).where(leadership.c.name == "relay")
    counted = mine.values(batches=leadership.c.batches + 1).returning(leadership.c.batches)
    return int(session.execute(counted).scalar_one())


def _mark(session: Session, rows: Sequence[Any], at: datetime, batch: int) -> None:
    """Mark just these rows: one with a smaller number may have been committed meanwhile."""
    positions = [row.position for row in rows]
    marked: ColumnElement[bool] = outbox.c.position.in_(positions)
    if session.get_bind().dialect.name == "postgresql":  # An array is one parameter, however many rows there are.
        marked = outbox.c.position == any_(cast(positions, ARRAY(BigInteger)))
    session.execute(update(outbox).where(marked).values(published_at=at, batch=batch))


def _reason(error: Exception) -> str:
    """Give the sentence of our own errors; a database's may quote a person's text."""
    return str(error) if isinstance(error, LogUnavailable) else ""
