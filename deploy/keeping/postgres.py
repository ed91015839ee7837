"""A service's PostgreSQL database: `pg_dump` from one snapshot, and `pg_restore` in one transaction."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL, inspect, make_url, text
from sqlalchemy.engine import Connection

from deploy.background import CannotStart, wait_until
from deploy.keeping.databases import CopyFailed, SomebodyIsAtWork
from deploy.postgres.binaries import postgres_programs
from shared.processes import open_database
from shared.service import Service
from shared.settings import Settings

SECONDS_TO_NOTICE = 3.0
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid WHERE NOT rolsuper "
    "AND datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class PostgresDatabase:
    """The database of a service on a PostgreSQL server. A worker reads it, who needs no more; its owner restores it."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.database = open_database(service, settings, "worker")
        self._settings = settings
        self._frozen: Connection | None = None
        self._snapshot = ""

    @property
    def file(self) -> str:
        return f"{self.service.name}.dump"

    def freeze(self) -> Connection:
        frozen = self.database.engine.connect().execution_options(isolation_level="REPEATABLE READ")
        self._snapshot = str(frozen.scalar(text("SELECT pg_export_snapshot()")))
        self._frozen = frozen
        return frozen

    def copy_to(self, path: Path) -> None:
        path.touch(mode=0o600)
        # A shadow is what a rebuild works in, and nobody's data.
        chosen = ["--format=custom", "--exclude-schema=shadow", f"--snapshot={self._snapshot}", f"--file={path}"]
        self._run("pg_dump", self.database.address, chosen)
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def holds_anything(self) -> bool:
        return bool(inspect(self.database.engine).get_table_names())

    def require_idle(self) -> None:
        # The server notices within moments that a program has ended.
        if not wait_until(lambda: not self._others(), seconds=SECONDS_TO_NOTICE):
            raise SomebodyIsAtWork(
                f"{self._others()} connections are open to the database of {self.service.name}: end every "
                "web, relay and consumer first."
            )

    def clear(self) -> None:
        self.database.close()
        owned = open_database(self.service, self._settings, "owner")
        try:
            with owned.engine.begin() as connection:
                quote = connection.dialect.identifier_preparer.quote
                for table in inspect(connection).get_table_names():
                    connection.execute(text(f"DROP TABLE IF EXISTS {quote(table)} CASCADE"))
        finally:
            owned.close()

    def restore_from(self, path: Path) -> None:
        address = self._settings.database(self.service.name, "owner")
        self._run("pg_restore", address, ["--exit-on-error", "--single-transaction", "--no-owner", str(path)])

    def close(self) -> None:
        if self._frozen is not None:
            self._frozen.close()
        self.database.close()

    def _others(self) -> int:
        """Count the connections beside this one; a superuser's are those of an administrator, or of monitoring."""
        self.database.close()  # Those that a pool keeps would be counted.
        with self.database.engine.connect() as connection:
            return int(connection.scalar(OTHERS) or 0)

    def _run(self, program: str, address: str, arguments: Sequence[str]) -> None:
        """Run one of PostgreSQL's programs; the password travels in the environment, where no list of processes is."""
        url = make_url(address)
        where = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        secret = {"PGPASSWORD": str(url.password)} if url.password else {}
        ended = subprocess.run(
            [_found(program), "--no-password", f"--dbname={where.render_as_string()}", *arguments],
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise CopyFailed(f"{program} failed for the database of {self.service.name}: {ended.stderr.strip()}")


def _found(program: str) -> str:
    """Give the path of a program of PostgreSQL. Raises `CopyFailed` where there is none."""
    if known := shutil.which(program):
        return known
    try:
        return str(postgres_programs() / program)
    except CannotStart as none:
        raise CopyFailed(f"{program} is not on this machine: install the package postgresql-client.") from none
