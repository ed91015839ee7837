"""Runs a service's errands: what the clock calls and what waits for others, beside the relay and on its own thread.

A mail server that does not answer must hold up neither the events nor the timers, nor a transaction.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.database import Database, insert_new
from shared.logging import log, trace_of
from shared.messaging import measures
from shared.plumbing import timers
from shared.service import Errand, Service

logger = log(__name__)


class Errands:
    """The errands of a service in one process. At most one is under way."""

    def __init__(self, service: Service, database: Database) -> None:
        self._service, self._database = service, database
        self._thread: ThreadPoolExecutor | None = None
        self._under_way: dict[Errand, Future[None]] = {}

    def begin_due(self) -> None:
        """Begin each errand whose time has come, unless it is still under way."""
        for errand, every in self._service.errands.items():
            before = self._under_way.get(errand)
            if before is not None and not before.done():
                continue
            with self._database.writing() as session:
                due = is_due(session, errand.__name__, clock.now() + every)
            if due:
                self._thread = self._thread or ThreadPoolExecutor(1, f"errands {self._service.name}")
                self._under_way[errand] = self._thread.submit(self._run, errand)

    def finish(self) -> None:
        """Come back once every errand that was begun has ended."""
        wait(self._under_way.values())

    def end(self) -> None:
        """Come back once the errand under way has ended; those that wait are left for the next process."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
            self._thread = None
            self._under_way.clear()

    def _run(self, errand: Errand) -> None:
        try:
            errand(self._database)
        except Exception as error:  # noqa: BLE001  # The edge of a thread: nobody else would see it.
            logger.error("errand failed", service=self._service.name, errand=errand.__name__, trace=trace_of(error))
            measures.failed_timers.labels(self._service.name, errand.__name__).inc()


def is_due(session: Session, name: str, next_at: datetime) -> bool:
    """Tell whether the time of a timer or errand has come, and set the next one; not while another process asks."""
    made = insert_new(timers, session).on_conflict_do_nothing()
    session.execute(made, {"name": name, "next_at": clock.now()})
    due = select(timers.c.name).where(timers.c.name == name, timers.c.next_at <= clock.now())
    if session.execute(due.with_for_update(skip_locked=True)).first() is None:
        return False
    session.execute(update(timers).where(timers.c.name == name).values(next_at=next_at))
    return True
