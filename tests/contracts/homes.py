"""Where the databases of a test live: files in a folder, or a PostgreSQL server under a prefix of their own."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from deploy.postgres.server import Server
from shared.database import Database, UtcDateTime
from shared.ids import new_id
from shared.migrations import migrate
from shared.service import Service
from shared.settings import Role, Settings, read_settings

Row = Mapping[str, Any]


@dataclass
class Home:
    """The databases of some services, opened once in each role that is asked for."""

    settings: Settings
    _opened: dict[tuple[str, Role], Database] = field(default_factory=dict)

    def database(self, service: str, role: Role) -> Database:
        if (service, role) not in self._opened:
            self._opened[service, role] = Database(self.settings.database(service, role), pool_size=30)
        return self._opened[service, role]

    def migrate(self, services: Iterable[Service]) -> None:
        for service in services:
            migrate(service, self.database(service.name, "owner"))

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be told to find these databases."""
        addresses = {role: getattr(self.settings, f"database_{role}") for role in ("owner", "web", "worker")}
        told = {f"WIYATA_DATABASE_{role.upper()}": address for role, address in addresses.items()}
        return {"WIYATA_FOLDER": str(self.settings.folder), **told}

    def close(self) -> None:
        for database in self._opened.values():
            database.close()


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Home]:
    """Keep databases in a folder."""
    home = Home(replace(read_settings(), folder=folder, database_owner="", database_web="", database_worker=""))
    yield home
    home.close()


@contextmanager
def on_postgresql(server: Server, folder: Path, prefix: str, services: Iterable[Service]) -> Iterator[Home]:
    """Keep databases on a server, and drop them in the end; each role connects as itself, never as superuser."""
    names = [service.name for service in services]
    prefix += os.environ.get("PYTEST_XDIST_WORKER", "")  # Several test processes may share a server.
    server.drop_databases(prefix, names)
    server.create_databases(prefix, names)
    owner, web, worker = (server.url(role, prefix) for role in ("owner", "web", "worker"))
    home = Home(replace(read_settings(), folder=folder, database_owner=owner, database_web=web, database_worker=worker))
    try:
        yield home
    finally:
        home.close()
        server.drop_databases(prefix, names)


def fill(session: Session, tables: Iterable[sa.Table], tenant: UUID) -> dict[str, Row]:
    """Write one row of a tenant into each table, with what it refers to among those before; give the rows by table."""
    rows: dict[str, Row] = {}
    for table in tables:
        rows[table.name] = row_of(table, tenant, rows)
        session.execute(sa.insert(table).values(rows[table.name]))
    return rows


def row_of(table: sa.Table, tenant: UUID, others: Mapping[str, Row]) -> Row:
    """Make a row with a value in every column that needs one."""
    row = {column.name: _value(column, tenant) for column in table.columns if column is not table.autoincrement_column}
    for key in table.foreign_keys:
        if not key.parent.nullable:
            row[key.parent.name] = others[key.column.table.name][key.column.name]
    return row


def _value(column: sa.Column[Any], tenant: UUID) -> Any:
    if column.name == "tenant":
        return tenant
    if column.nullable:
        return None
    kind = column.type
    if isinstance(kind, sa.Integer) and list(column.table.primary_key) == [column]:
        return next(_NUMBERS)  # It is the key of the whole table, whoever's the row is.
    if isinstance(kind, sa.String):  # The end of a UUIDv7 is random, its beginning is the time.
        return str(new_id()).replace("-", "")[::-1][: kind.length or 32]
    return next(value() for of, value in _VALUES.items() if isinstance(kind, of))


_NUMBERS = count(1)

_VALUES: Mapping[type[sa.types.TypeEngine[Any]], Any] = {
    sa.Uuid: new_id,
    sa.Boolean: lambda: False,
    sa.Integer: lambda: 1,
    sa.Float: lambda: 0.5,
    sa.LargeBinary: lambda: b"%PDF-",
    sa.JSON: list,
    sa.LargeBinary: lambda: b"content",
    UtcDateTime: lambda: datetime(2026, 3, 2, tzinfo=UTC),
    sa.Date: lambda: date(2026, 3, 2),
}
