"""A PostgreSQL server that answers somewhere, with the roles owner, web and worker and a database for each service."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.background import CannotStart
from deploy.postgres.binaries import postgres_programs
from deploy.roster import services_with_database

HERE = Path(__file__).resolve().parent
PREFIX = "wiyata_"
ROLES = ("owner", "web", "worker")
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Server:
    """Where it answers, and the passwords of its superuser and of the three roles, by name."""

    host: str
    port: int
    passwords: Mapping[str, str]

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    def url(self, role: str, prefix: str = PREFIX) -> str:
        """The address for SQLAlchemy with a literal `{service}` for the service's name; role: owner, web or worker."""
        short = role.removeprefix(PREFIX)
        if short not in ROLES:
            raise CannotStart(f"There is no role {role!r}; there are {', '.join(ROLES)}.")
        return f"postgresql+psycopg://{PREFIX}{short}:{self.passwords[short]}@{self.address}/{prefix}{{service}}"

    def create_databases(self, prefix: str = PREFIX, services: Sequence[str] | None = None) -> None:
        """See to it that every service (or each one named) has its database under the prefix."""
        steps = ["-f", str(HERE / "roles.sql")]
        for service in services_with_database() if services is None else services:
            steps += ["-c", f"\\set database {prefix}{service}", "-f", str(HERE / "database.sql")]
        self._psql(*steps)

    def drop_databases(self, prefix: str, services: Sequence[str] | None = None) -> None:
        """Remove the databases of every service (or of those named) under the prefix, whoever is connected."""
        steps: list[str] = []
        for service in services_with_database() if services is None else services:
            steps += ["-c", f'DROP DATABASE IF EXISTS "{prefix}{service}" WITH (FORCE)']
        if steps:
            self._psql(*steps)

    def _psql(self, *steps: str) -> None:
        secret = {f"WIYATA_{role.upper()}_PASSWORD": self.passwords[role] for role in ROLES}
        where = ["-h", self.host, "-p", str(self.port), "-U", SUPERUSER, "-d", "postgres"]
        ended = subprocess.run(
            [postgres_programs() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, *steps],
            env={**os.environ, **secret, "PGPASSWORD": self.passwords[SUPERUSER]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise CannotStart(f"PostgreSQL on {self.address} refused:\n{ended.stderr.strip()}")
