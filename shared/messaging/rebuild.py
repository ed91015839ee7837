"""Folds the log from its start into shadow tables: to replace the live projections, or to compare them with.

The shadow is a second SQLite file, or a schema `shadow` in PostgreSQL, that holds the projections and an inbox of its
own; every other table is the live one, so that a fold finds the dated reference records it needs.
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, delete, event, insert, select, text
from sqlalchemy.orm import Session

from shared import audit
from shared.database import Database, begin_sqlite
from shared.errors import Conflict
from shared.ids import NATIONAL
from shared.logging import log
from shared.messaging import inbox, letters
from shared.messaging.handling import fold
from shared.messaging.log import EventLog, Place
from shared.messaging.operations import current_positions, read_wanted
from shared.plumbing import PARTITIONS
from shared.service import Service

logger = log(__name__)

Progress = Callable[[int], None]

CHUNK = 1000


class LettersMoved(Conflict):
    """A dead letter was replayed or discarded while the log was read: start again."""


class FoldUnderWay(Conflict):
    """Another rebuild or comparison of this service goes on: there is one shadow."""


def rebuild(service: Service, live: Database, log: EventLog, progress: Progress = lambda _: None) -> int:
    """Replace the projections by a fresh fold of the log; give the number of events folded.

    Consumers are held only while the last events are folded and the tables exchanged.
    """
    with _folded(service, live, log, progress) as (session, shadow, count):
        for table in _projections(service):
            _exchange(session, shadow, table)
        audit.note(session, act="projections.rebuilt", subject=f"service/{service.name}", tenant=NATIONAL, events=count)
    return count


def verify(service: Service, live: Database, log: EventLog, progress: Progress = lambda _: None) -> list[str]:
    """Compare the projections with a fresh fold of the log at the same positions; name every difference."""
    with _folded(service, live, log, progress) as (session, shadow, _):
        return [line for table in _projections(service) for line in _differences(session, shadow, table)]


@contextmanager
def _folded(
    service: Service, live: Database, log: EventLog, progress: Progress
) -> Iterator[tuple[Session, Database, int]]:
    """Fold the log into a shadow up to exactly the live positions, and hold the consumers for the block."""
    with _shadow(service, live) as shadow:
        folding = _Folding(service, shadow, log, progress)
        with live.reading() as session:
            near, skip = current_positions(session, log, service.topics), letters.left_out(session)
        folding.up_to(near, skip)
        with live.writing() as session:
            inbox.lock_partitions(session, range(PARTITIONS))
            folding.up_to(current_positions(session, log, service.topics), letters.left_out(session))
            yield session, shadow, folding.count


class _Folding:
    def __init__(self, service: Service, shadow: Database, log: EventLog, progress: Progress) -> None:
        self._service, self._shadow, self._log, self._progress = service, shadow, log, progress
        self._start: Mapping[Place, int] = {}
        self._skipped: set[UUID] = set()
        self.count = 0

    def up_to(self, end: Mapping[Place, int], skip: set[UUID]) -> None:
        if not self._skipped <= skip:
            raise LettersMoved("A dead letter was replayed meanwhile; run it again.")
        for records in self._log.scan(self._start, end):
            found = [one for _, one in read_wanted(records, frozenset(self._service.projects))]
            self._skipped |= {one.id for one in found} & skip
            with self._shadow.writing() as session:
                fresh = inbox.claim(session, [one.id for one in found if one.id not in skip])
                unique = {one.id: one for one in found if one.id in fresh}
                fold(self._service, session, unique.values())
            self.count += len(unique)
            self._progress(self.count)
        self._start = end


def _projections(service: Service) -> list[Table]:
    return [service.metadata.tables[name] for name in service.projections()]


@contextmanager
def _shadow(service: Service, live: Database) -> Iterator[Database]:
    with _one_at_a_time(live):
        shadow = _shadow_file(live) if live.is_sqlite else _shadow_schema(live)
        try:
            made = [*_projections(service), service.metadata.tables["inbox"]]
            with shadow.writing() as session:
                service.metadata.create_all(session.connection(), tables=made, checkfirst=False)
            yield shadow
        finally:
            shadow.close()
            _drop_shadow(live)


@contextmanager
def _one_at_a_time(live: Database) -> Iterator[None]:
    """Hold the one shadow: two folds in it would each see half of the events. Raises `FoldUnderWay`."""
    refusal = FoldUnderWay("Another rebuild or verify of this service goes on: wait for it to end.")
    if live.is_sqlite:
        with Path(f"{live.engine.url.database}.shadow.lock").open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as taken:
                raise refusal from taken
            yield
    else:
        with live.engine.connect() as held_by:
            if not held_by.scalar(text("SELECT pg_try_advisory_xact_lock(7146)")):
                raise refusal
            yield


def _shadow_file(live: Database) -> Database:
    path = Path(f"{live.engine.url.database}.shadow")
    _drop_shadow(live)
    shadow = Database(f"sqlite:///{path}")

    def attach(connection: Any, _entry: Any) -> None:
        connection.execute("ATTACH DATABASE ? AS live", (str(live.engine.url.database),))

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")  # An immediate one would lock the live file too.

    event.listen(shadow.engine, "connect", attach)
    event.remove(shadow.engine, "begin", begin_sqlite)
    event.listen(shadow.engine, "begin", begin)
    return shadow


def _shadow_schema(live: Database) -> Database:
    _drop_shadow(live)
    with live.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA shadow"))
    return Database(live.address, options="-c search_path=shadow,public")


def _drop_shadow(live: Database) -> None:
    if live.is_sqlite:
        for ending in ("", "-wal", "-shm"):
            Path(f"{live.engine.url.database}.shadow{ending}").unlink(missing_ok=True)
        return
    with live.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS shadow CASCADE"))


def _exchange(session: Session, shadow: Database, table: Table) -> None:
    session.execute(delete(table))
    with shadow.reading() as source:
        for rows in source.execute(select(table).execution_options(yield_per=CHUNK)).mappings().partitions():
            session.execute(insert(table), [dict(row) for row in rows])


def _differences(session: Session, shadow: Database, table: Table) -> Iterator[str]:
    """Name the rows that differ, by their keys.

    Both sides are read in the order of the key, side by side; only rows that have no counterpart yet are kept.
    """
    ordered = select(table).order_by(*table.primary_key)
    alone: tuple[dict[Key, RowMapping], dict[Key, RowMapping]] = ({}, {})
    with shadow.reading() as other:
        for ours, theirs in zip_longest(_keyed(session, ordered, table), _keyed(other, ordered, table)):
            for mine, found in ((0, ours), (1, theirs)):
                if found is None:
                    continue
                key, row = found
                counterpart = alone[1 - mine].pop(key, None)
                if counterpart is None:
                    alone[mine][key] = row
                elif columns := [name for name in row if row[name] != counterpart[name]]:
                    yield f"{table.name} {key}: differs in {', '.join(columns)}"
    for key in sorted(alone[0].keys() | alone[1].keys(), key=str):
        yield f"{table.name} {key}: {'missing' if key in alone[1] else 'not in the fold of the log'}"


Key = tuple[Any, ...]


def _keyed(session: Session, wanted: Select[Any], table: Table) -> Iterator[tuple[Key, RowMapping]]:
    names = [column.name for column in table.primary_key]
    for row in session.execute(wanted.execution_options(yield_per=CHUNK)).mappings():
        yield tuple(row[name] for name in names), row
