"""Brings a service's database to the schema of its models, and says whether it is there.

Versions live in `services/<name>/migrations`; they run on SQLite and PostgreSQL. A first version calls
`create_plumbing()`; a table of a tenant's rows is followed by `protect("table")`, which may let others read some.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from shared.database import Database
from shared.errors import NotCurrent
from shared.ids import NATIONAL
from shared.logging import log
from shared.plumbing import PARTITIONS, tables
from shared.service import Service

logger = log(__name__)

CALLER = "nullif(current_setting('wiyata.tenant', true), '')::uuid"
"""The tenant that a session of PostgreSQL is bound to, in SQL."""

FOR_OPERATOR = "current_setting('wiyata.operator', true) = 'on'"
"""Whether an operator of the platform asks, in SQL: see `shared.operators`."""


def migrate(service: Service, database: Database) -> None:
    """Run the versions that are missing. Two processes that start at once take turns."""
    with _turn(database), database.engine.connect() as connection:
        command.upgrade(_config(service, connection), "head")
        connection.commit()


def make_version(service: Service, database: Database, message: str) -> None:
    """Write a new version from the difference between the models and the database."""
    with database.engine.connect() as connection:
        command.revision(_config(service, connection), message=message, autogenerate=True)


def is_current(service: Service, database: Database) -> bool:
    """Tell whether the database has the newest version."""
    newest = ScriptDirectory.from_config(_config(service)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def revision_in(connection: sa.Connection) -> str:
    """Give the version of the schema of a database; empty where it has none yet."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def knows_revision(service: Service, revision: str) -> bool:
    """Tell whether a database of this version can be brought to the newest one."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_config(service)).walk_revisions()}


def require_current(service: Service, database: Database) -> None:
    """Refuse to work with a database of another schema. Raises `NotCurrent`."""
    if not is_current(service, database):
        raise NotCurrent(
            f"The database of {service.name} has an old schema: run `python -m services.{service.name} migrate`."
        )


def differences(service: Service, database: Database) -> list[Any]:
    """List how the database differs from the models; empty after `migrate`."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, service.metadata))


def create_plumbing() -> None:
    """Make the tables that every service has, in a first version."""
    for table in tables.sorted_tables:
        copy = table.to_metadata(sa.MetaData(naming_convention=tables.naming_convention))
        copy.create(op.get_bind())
        if rule := table.info.get("row_security"):
            protect(table.name, operators="operators" in rule)
        if table.info.get("append_only"):
            _let_nobody_change(table.name)
    numbers = tables.tables["partitions"]
    op.bulk_insert(numbers, [{"number": number} for number in range(PARTITIONS)])


def protect(table: str, *, also_read: str = "", operators: bool = False) -> None:
    """On PostgreSQL, hide a tenant's rows from sessions bound to another; national rows are readable by all.

    Further rows may be read, and never written, where the SQL condition `also_read` holds; `CALLER` stands in it for
    the tenant, and of the tables that it names it sees what their policies show. `also_readable_by` of the
    class has to say the same. With `operators`, a session opened to an operator reads and writes every tenant's rows.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    own = f"{table}.tenant = {CALLER}" + (f" OR {FOR_OPERATOR}" if operators else "")
    seen = f"{own} OR {table}.tenant = '{NATIONAL}'::uuid" + (f" OR ({also_read})" if also_read else "")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reads ON {table} FOR SELECT USING ({seen})")
    for act, clause in (("INSERT", "WITH CHECK"), ("UPDATE", "USING"), ("DELETE", "USING")):
        op.execute(f"CREATE POLICY {act.lower()}s ON {table} FOR {act} {clause} ({own})")


def _let_nobody_change(table: str) -> None:
    """On PostgreSQL, take from every role but the owner the right to change or remove rows."""
    if op.get_bind().dialect.name != "postgresql":
        return
    granted = "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_name = :table"
    others = sa.text(f"{granted} AND grantee <> current_user")
    for role in op.get_bind().scalars(others, {"table": table}).all():
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"')


def _config(service: Service, connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(service.migrations))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=service.metadata)
    return config


@contextmanager
def _turn(database: Database) -> Iterator[None]:
    """Hold a lock file beside a SQLite database, or an advisory lock of PostgreSQL, for the length of a block."""
    if database.is_sqlite:
        with Path(f"{database.engine.url.database}.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
    else:
        with database.engine.connect() as held_by:
            held_by.execute(sa.text("SELECT pg_advisory_xact_lock(7145)"))
            yield
