"""How many bytes an event, a learner and a training cost: the measured half of the sums in docs/scaling.md.

`python -m tests.performance.sizes` sends the bench's story through enrolment, assessment and evaluation, on SQLite and
on the PostgreSQL found here, and weighs every table. `python -m tests.performance.sizes FOLDER` weighs the tables of an
embedded suite, such as the one that `make run` has filled with the demo in `var`. N=30000 sends more than 3,000 events.
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Connection, NullPool, create_engine, func, select, table, text

from deploy.postgres.server import Server
from shared import logging as logs
from shared.database import Database
from shared.messaging import operations
from shared.messaging.embedded import EmbeddedLog
from shared.migrations import migrate
from shared.testing import Running
from tests import backing
from tests.performance.ours import NAMES, SERVICES, OurFlow
from tests.performance.story import EVENTS_OF_A_LEARNER, Story, in_batches

LEARNERS = int(os.environ.get("N") or 3000) // EVENTS_OF_A_LEARNER
SAID_TOGETHER = 50
PREFIX = "sizes_"
LEAST = 0.002
"""The share of a database below which a table is not worth a line."""

TABLES_ON_SQLITE = "SELECT name, tbl_name FROM sqlite_schema WHERE type IN ('table', 'index')"
ON_SQLITE = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
ON_POSTGRESQL = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Weight:
    """A table: its rows, and its bytes with all its indexes."""

    table: str
    rows: int
    size: int

    def __str__(self) -> str:
        return f"| {self.table} | {self.rows:,} | {self.size:,} | {self.size / self.rows if self.rows else 0:,.0f} |"


def main() -> None:
    """Weigh what the command line asks for, and print it."""
    if folders := sys.argv[1:]:
        for path in sorted(Path(folders[0]).glob("*.sqlite")):
            _tell(f"{path.stem}, SQLite", of_a_file(path))
        return
    logs.configure("WARNING")
    with tempfile.TemporaryDirectory(prefix="wiyata-sizes-") as scratch:
        for service, found in on_sqlite(Path(scratch)):
            _tell(f"{service}, SQLite, {LEARNERS * EVENTS_OF_A_LEARNER:,} events", found)
        for service, found in on_postgresql(Path(scratch)):
            _tell(f"{service}, PostgreSQL, {LEARNERS * EVENTS_OF_A_LEARNER:,} events", found)


def on_sqlite(scratch: Path) -> Iterator[tuple[str, list[Weight]]]:
    """Weigh the story in files of a scratch folder."""
    address = f"sqlite:///{scratch}/{{service}}.sqlite"
    _play(address, address, scratch / "events.sqlite")
    for name in (*NAMES, "events"):
        yield name, of_a_file(scratch / f"{name}.sqlite")


def on_postgresql(scratch: Path) -> Iterator[tuple[str, list[Weight]]]:
    """Weigh the story on PostgreSQL, which is vacuumed as often as it would do it by itself."""
    found = backing.postgres()
    if found is None:
        click.echo("No PostgreSQL could be started here; `make postgres` says what is missing.", err=True)
        return
    server: Server = found.value
    try:
        server.create_databases(PREFIX, NAMES)
        owner, worker = server.url("owner", PREFIX), server.url("worker", PREFIX)
        _play(owner, worker, scratch / "log.sqlite", partial(_vacuum, server))
        for name in NAMES:
            yield name, _of_a_database(server, name)
    finally:
        server.drop_databases(PREFIX, NAMES)
        found.end()


def of_a_file(path: Path) -> list[Weight]:
    """Weigh the tables of a SQLite file, heaviest first."""
    # Python's own SQLite counts pages; the one that the suite uses does not.
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", module=sqlite3, poolclass=NullPool)
    with engine.connect() as connection:
        table_of = {str(name): str(table) for name, table in connection.execute(text(TABLES_ON_SQLITE))}
        sizes = dict.fromkeys(table_of.values(), 0)
        for name, size in connection.execute(text(ON_SQLITE)):
            if name in table_of:
                sizes[table_of[name]] += size
        return _weights(sizes, connection)


def _vacuum(server: Server) -> None:
    for name in NAMES:
        with _owning(server, name) as connection:
            connection.execute(text("VACUUM ANALYZE"))


@contextmanager
def _owning(server: Server, name: str) -> Iterator[Connection]:
    address = server.url("owner", PREFIX).format(service=name)
    with create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        yield connection


def _of_a_database(server: Server, name: str) -> list[Weight]:
    with _owning(server, name) as connection:
        sizes = {str(name): int(size) for name, size in connection.execute(text(ON_POSTGRESQL))}
    worker = create_engine(server.url("worker", PREFIX).format(service=name), poolclass=NullPool)
    with worker.connect() as connection:  # Row-level security hides every row from the owner.
        return _weights(sizes, connection)


def _play(owner: str, worker: str, log: Path, tidy: Callable[[], None] = lambda: None) -> None:
    """Send the story through the three services, by hand and to its end; `tidy` is called now and then."""
    for service in SERVICES:
        database = Database(owner.format(service=service.name))
        migrate(service, database)
        database.close()
    events = EmbeddedLog(log)
    databases = {name: Database(worker.format(service=name)) for name in NAMES}
    running = [Running(service, databases[service.name], events) for service in SERVICES]
    flow = OurFlow(databases["enrolment"], databases["assessment"], databases["evaluation"], log)
    fifth = max(1, LEARNERS // SAID_TOGETHER // 5)  # Autovacuum comes when a fifth of a table is dead rows.
    for number, some in enumerate(in_batches(Story(LEARNERS).learners(), SAID_TOGETHER), start=1):
        flow.say(some)
        _settle(running)
        if number % fifth == 0:
            tidy()
    hearing = running[-1]
    if operations.status(hearing.service, hearing.database, events)["dead"]:
        raise AssertionError("Events are dead: what was weighed is not the whole story.")
    for one in running:
        one.close()
    events.close()


def _settle(running: Sequence[Running]) -> None:
    """Publish and handle until nothing waits. Only evaluation hears: the story's learners are in no other database."""
    while any(one.waiting() for one in running):
        for one in running:
            one.publish()
        running[-1].consume()


def _weights(sizes: Mapping[str, int], connection: Connection) -> list[Weight]:
    found = [
        Weight(name, connection.scalar(select(func.count()).select_from(table(name))) or 0, size)
        for name, size in sizes.items()
    ]
    return sorted(found, key=lambda one: one.size, reverse=True)


def _tell(title: str, found: list[Weight]) -> None:
    whole = sum(one.size for one in found)
    click.echo(f"\n{title}: {whole:,} bytes\n\n| table | rows | bytes | bytes a row |\n|---|---:|---:|---:|")
    for one in found:
        if one.rows and one.size >= LEAST * whole:
            click.echo(one)


if __name__ == "__main__":
    main()
