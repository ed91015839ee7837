"""Folds the log from its start into shadow tables: to replace the live projections, or to compare them with.

The shadow is a second SQLite file, or a schema `shadow` in PostgreSQL, that holds the projections and an inbox of its
own; every other table is the live one, so that a fold finds the dated reference records it needs.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, event, insert, select, text
from sqlalchemy.orm import Session

from shared.database import Database, begin_sqlite
from shared.errors import Conflict
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


def rebuild(service: Service, live: Database, log: EventLog, progress: Progress = lambda _: None) -> int:
    """Replace the projections by a fresh fold of the log; give the number of events folded.

    Consumers are held only while the last events are folded and the tables exchanged.
    """
    with _folded(service, live, log, progress) as (session, shadow, count):
        for table in _projections(service):
            _exchange(session, shadow, table)
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
    shadow = _shadow_file(live) if live.is_sqlite else _shadow_schema(live)
    made = [*_projections(service), service.metadata.tables["inbox"]]
    with shadow.writing() as session:
        service.metadata.create_all(session.connection(), tables=made, checkfirst=False)
    try:
        yield shadow
    finally:
        shadow.close()
        _drop_shadow(live)


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
        for rows in source.execute(select(table)).mappings().partitions(CHUNK):
            session.execute(insert(table), [dict(row) for row in rows])


def _differences(session: Session, shadow: Database, table: Table) -> Iterator[str]:
    """Name the rows that differ, by their keys; both sides are read in the order of the key."""
    key = [column.name for column in table.primary_key]
    ordered = select(table).order_by(*table.primary_key)
    with shadow.reading() as other:
        ours = {tuple(row[name] for name in key): row for row in session.execute(ordered).mappings()}
        theirs = {tuple(row[name] for name in key): row for row in other.execute(ordered).mappings()}
    for place in sorted(ours.keys() | theirs.keys(), key=str):
        if place not in theirs:
            yield f"{table.name} {place}: not in the fold of the log"
        elif place not in ours:
            yield f"{table.name} {place}: missing"
        elif dict(ours[place]) != dict(theirs[place]):
            columns = [name for name in ours[place] if ours[place][name] != theirs[place][name]]
            yield f"{table.name} {place}: differs in {', '.join(columns)}"
