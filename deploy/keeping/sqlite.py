"""A service's SQLite file: copied with SQLite's own online backup, from one snapshot, while others write."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from deploy.keeping import manifest
from deploy.keeping.databases import CopyFailed
from shared.database import sqlite_driver
from shared.processes import open_database
from shared.service import Service
from shared.settings import Settings

ENDINGS = ("", "-wal", "-shm")


class SqliteFile:
    """The database of a service that is a file in the folder of the suite."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.database = open_database(service, settings, "worker")
        self._path = Path(str(self.database.engine.url.database))
        self._frozen: Connection | None = None

    @property
    def file(self) -> str:
        return f"{self.service.name}.sqlite"

    def freeze(self) -> Connection:
        frozen = self.database.engine.connect().execution_options(reading=True)
        frozen.execute(text("SELECT count(*) FROM sqlite_master"))  # The snapshot begins with what is read first.
        self._frozen = frozen
        return frozen

    def copy_to(self, path: Path) -> None:
        assert self._frozen is not None, "Nothing was held fast."  # noqa: S101
        source = self._frozen.connection.driver_connection
        target = sqlite_driver.connect(str(path))
        try:
            source.backup(target)  # type: ignore[union-attr]  # the pool's type knows no driver
            target.execute("PRAGMA journal_mode=DELETE")  # So that the copy is one file.
            (said,) = target.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            target.close()
        path.chmod(0o600)
        if said != "ok":
            raise CopyFailed(f"The database of {self.service.name} is damaged: {said}.")

    def holds_anything(self) -> bool:
        return self._path.exists()

    def require_idle(self) -> None:
        """Do nothing: whoever restores holds the folder of the suite."""

    def clear(self) -> None:
        self.database.close()
        for ending in ENDINGS:
            Path(f"{self._path}{ending}").unlink(missing_ok=True)

    def restore_from(self, path: Path) -> None:
        manifest.copy(path, self._path)

    def close(self) -> None:
        if self._frozen is not None:
            self._frozen.close()
        self.database.close()
