"""The databases of a whole suite, as its settings name them, and what they were copied with."""

import platform
from collections.abc import Sequence
from contextlib import ExitStack

from sqlalchemy.engine import Connection

from deploy.keeping.databases import Kept
from deploy.keeping.manifest import Kind
from deploy.keeping.postgres import PostgresDatabase
from deploy.keeping.sqlite import SqliteFile
from shared.errors import Conflict, WrongSetting
from shared.service import Service
from shared.settings import Role, Settings


class NoSuiteHere(Conflict):
    """There is nothing to back up where the settings point to."""


def kind_of(settings: Settings) -> Kind:
    """Say what the databases of the settings are."""
    return "postgresql" if settings.database_worker or settings.database_owner else "sqlite"


def every_database(settings: Settings, services: Sequence[Service], stack: ExitStack, *roles: Role) -> list[Kept]:
    """Open the database of each service until the stack is unwound. `roles` are those needed beside the worker's.

    Raises `WrongSetting` where a role has no address while others have.
    """
    if kind_of(settings) == "sqlite":
        kept: list[Kept] = [SqliteFile(one, settings) for one in services]
    else:
        for role in ("worker", *roles):
            if not getattr(settings, f"database_{role}"):
                raise WrongSetting(f"WIYATA_DATABASE_{role.upper()} is missing, and a suite on PostgreSQL needs it.")
        kept = [PostgresDatabase(one, settings) for one in services]
    for one in kept:
        stack.callback(one.close)
    return kept


def require_suite(settings: Settings, services: Sequence[Service]) -> None:
    """Do nothing where there is a suite to back up. Raises `NoSuiteHere` before an empty file is made of none."""
    if kind_of(settings) == "sqlite" and not all((settings.folder / f"{one.name}.sqlite").exists() for one in services):
        raise NoSuiteHere(f"There is no whole suite in {settings.folder}: set WIYATA_FOLDER to where it runs.")


def made_with(seen: Connection) -> dict[str, str]:
    """Name the versions of Python and of what keeps the databases."""
    version = ".".join(str(part) for part in seen.dialect.server_version_info or ())
    return {"python": platform.python_version(), seen.dialect.name: version}
