"""One database per service, on SQLite or PostgreSQL: engines, column types, and the two kinds of unit of work.

`Database.writing` commits at the end of its block and rolls back when the block raises; `Database.reading` never
writes. Both can be bound to a tenant; then PostgreSQL hides other tenants' rows (row-level security), and on both
databases every ORM query over a `TenantOwned` class is narrowed to the tenant and to national reference data.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Literal, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Insert,
    Integer,
    Table,
    Uuid,
    bindparam,
    create_engine,
    event,
    false,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import (
    DeclarativeBase,
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    registry,
    sessionmaker,
    with_loader_criteria,
)
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared.ids import NATIONAL

# On Linux the bundled SQLite is newer than the system's, and without the WAL defect of 3.7.0 to 3.51.2.
sqlite_driver = import_module("pysqlite3.dbapi2" if sys.platform == "linux" else "sqlite3")

Kind = Literal["record", "projection", "plumbing"]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigSerial = BigInteger().with_variant(Integer(), "sqlite")
"""An integer primary key that counts up by itself on both databases."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite gives back naive values; this type does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("A moment without a time zone can't be stored.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Base(DeclarativeBase):
    """What every mapped class of a service derives from, by way of the service's own `Base` with its own metadata.

    Each table says whether it is this service's own truth or a fold of events:
    `class Course(Base, kind="record")`, `class CourseCopy(Base, kind="projection")`.
    """

    __abstract__ = True
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {datetime: UtcDateTime(), int: BigInteger()}

    def __init_subclass__(cls, *, kind: Kind | None = None, **rest: Any) -> None:
        if cls.__dict__.get("__abstract__"):  # A service's own base: in one process two services may have a `Course`.
            cls.registry = cls._sa_registry = registry(
                metadata=cls.metadata, type_annotation_map=Base.type_annotation_map
            )
        super().__init_subclass__(**rest)
        if kind is not None:
            cast("Table", cls.__table__).info["kind"] = kind


class TenantOwned:
    """A row of one tenant. Sessions bound to a tenant see its rows and national ones only, and write its rows alone."""

    tenant: Mapped[UUID] = mapped_column(index=False)

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:  # noqa: ARG003  # For subclasses.
        """Say which rows a tenant may read beside its own and national ones: none, where a class says nothing else.

        The policy of the table says the same: see `shared.migrations.protect`. It is called for aliases as well, and
        its answer is kept for many statements, in each of which `tenant` has another value. Tables that it names are
        not narrowed in turn.
        """
        return false()


class Database:
    """A service's database in one role. Safe to share between threads; make it after a fork, not before."""

    def __init__(self, address: str, *, pool_size: int = 10, patience: float = 30, options: str = "") -> None:
        """`options` are those of a PostgreSQL session, such as `-c statement_timeout=30000`.

        `patience` is how many seconds to wait for a connection when all are in use.
        """
        self.address = address
        self.engine = _engine(address, pool_size, patience, options)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self, tenant: UUID | None = None) -> Iterator[Session]:
        """Open a unit of work that commits at the end of the block, or rolls back when the block raises."""
        with self._sessions() as session:
            bind_tenant(session, tenant)
            yield session
            try:
                session.commit()
            except BaseException:
                session.invalidate()  # A COMMIT that fails on SQLite would leave the pool a connection amid it.
                raise

    @contextmanager
    def reading(self, tenant: UUID | None = None) -> Iterator[Session]:
        """Open a unit of work that only reads, in one snapshot on SQLite."""
        with self._sessions() as session:
            session.connection(execution_options={"reading": True})
            bind_tenant(session, tenant)
            yield session

    def session(self) -> Session:
        """Open a session whose caller commits and closes it: for the web's edge."""
        return self._sessions()

    def close(self) -> None:
        self.engine.dispose()


def bind_tenant(session: Session, tenant: UUID | None) -> None:
    """Narrow a session to one tenant, in the transaction at hand and in later ones; None lets it go."""
    before, session.info["tenant"] = session.info.get("tenant"), tenant
    if before != tenant and session.in_transaction():
        _tell_postgresql(session.connection(), tenant)


@event.listens_for(Session, "after_begin")
def _bind_transaction(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # What row-level security reads ends with each transaction.
    if tenant := session.info.get("tenant"):
        _tell_postgresql(connection, tenant)


def _tell_postgresql(connection: Connection, tenant: UUID | None) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('wiyata.tenant', :tenant, true)"), {"tenant": str(tenant or "")})


class NotNarrowed(Exception):
    """A session bound to a tenant can't narrow this statement to it: write it as a query, or with a WHERE."""


@event.listens_for(Session, "do_orm_execute")
def _narrow_to_tenant(state: ORMExecuteState) -> None:
    tenant = state.session.info.get("tenant")
    if tenant is None or state.is_column_load:
        return
    if state.is_orm_statement and _reaches_past_criteria(state):
        raise NotNarrowed("INSERT from SELECT and UPDATE by primary keys would reach rows of other tenants.")
    if state.is_insert:
        return
    if state.is_select:
        if _READABLE_BY_CALLER not in state.statement._with_options:  # What is loaded for a narrowed row has it.
            state.statement = state.statement.options(_READABLE_BY_CALLER)
        state.parameters = {**cast("Mapping[str, Any]", state.parameters or {}), _CALLER.key: tenant}
    else:  # With its value: where SQLAlchemy looks for changed objects by itself, it asks no parameters.
        caller = bindparam(_CALLER.key, tenant, type_=Uuid())
        state.statement = state.statement.options(_where(lambda cls: cls.tenant == caller))


def _where(condition: Callable[[type[TenantOwned]], ColumnElement[bool]]) -> LoaderCriteriaOption:
    return with_loader_criteria(TenantOwned, condition, include_aliases=True)


def _readable(kind: type[TenantOwned], tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
    return kind.tenant.in_((tenant, NATIONAL)) | kind.also_readable_by(tenant)


# Made once: making it takes longer than many a query. A query that does not say who calls is an error.
_CALLER: BindParameter[UUID] = bindparam("tenant_of_caller", type_=Uuid(), required=True)
_READABLE_BY_CALLER = _where(lambda cls: _readable(cls, _CALLER))


def _reaches_past_criteria(state: ORMExecuteState) -> bool:
    if isinstance(state.statement, Insert):
        return state.statement.select is not None
    return state.is_update and isinstance(state.parameters, list)


_INSERT: Mapping[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def insert_new(table: type[Base] | Table, session: Session) -> postgresql.Insert | sqlite.Insert:
    """Give an INSERT of this session's dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    target = cast("Table", table if isinstance(table, Table) else table.__table__)
    return _INSERT[session.get_bind().dialect.name](target)


def upsert_newer(session: Session, table: type[Base] | Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store facts copied from events: a row replaces the one with its primary key only if its `sequence` is newer.

    `rows` hold every column of the table. They are written in the order of their keys, so that two writers of
    overlapping rows wait for each other instead of deadlocking.
    """
    target = cast("Table", table if isinstance(table, Table) else table.__table__)
    key = [column.name for column in target.primary_key]
    newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        place = tuple(row[name] for name in key)
        if place not in newest or newest[place]["sequence"] < row["sequence"]:
            newest[place] = row
    if not newest:
        return
    statement = _upsert(target, session.get_bind().dialect.name, newer=True)
    session.execute(statement, [dict(newest[place]) for place in sorted(newest, key=str)])


def put(session: Session, table: type[Base] | Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows, each replacing the one with its primary key; written in the order of their keys."""
    if not rows:
        return
    target = cast("Table", table if isinstance(table, Table) else table.__table__)
    key = [column.name for column in target.primary_key]
    last = {tuple(row[name] for name in key): dict(row) for row in rows}
    statement = _upsert(target, session.get_bind().dialect.name, newer=False)
    session.execute(statement, [last[place] for place in sorted(last, key=str)])


@cache
def _upsert(target: Table, dialect: str, *, newer: bool) -> postgresql.Insert | sqlite.Insert:
    """Make the INSERT that replaces a row with the same primary key: any such row, or one whose `sequence` is older."""
    key = [column.name for column in target.primary_key]
    insert = _INSERT[dialect](target)
    updated = {column.name: insert.excluded[column.name] for column in target.columns if column.name not in key}
    if not updated:
        return insert.on_conflict_do_nothing()
    older = target.c.sequence < insert.excluded.sequence if newer else None
    return insert.on_conflict_do_update(index_elements=key, set_=updated, where=older)


def _engine(address: str, pool_size: int, patience: float, options: str) -> Engine:
    if not address.startswith("sqlite"):
        arguments = {"options": options} if options else {}
        return create_engine(
            address,
            pool_size=pool_size,
            pool_timeout=patience,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
    Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        address,
        module=sqlite_driver,
        pool_size=pool_size,
        pool_timeout=patience,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # The driver must not begin by itself; `begin_sqlite` does.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a unit that may write: two that read first and write later lose updates."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
