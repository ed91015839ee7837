"""What is asked of a service's database when it is backed up or restored."""

from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection

from shared.database import Database
from shared.errors import Conflict
from shared.service import Service


class CopyFailed(Conflict):
    """A database could not be copied, or could not be made from its copy."""


class SomebodyIsAtWork(Conflict):
    """Processes of the suite run on what is to be replaced."""


class Kept(Protocol):
    """A service's database, in the role of a worker, who sees every tenant's rows."""

    service: Service
    database: Database

    @property
    def file(self) -> str:
        """Name its file in a backup."""

    def freeze(self) -> Connection:
        """Hold fast what is committed at this moment, while others go on writing; give a connection that sees it."""

    def copy_to(self, path: Path) -> None:
        """Copy what was held fast. Raises `CopyFailed`."""

    def holds_anything(self) -> bool:
        """Tell whether there is something that a restore would replace."""

    def require_idle(self) -> None:
        """Do nothing unless processes work on it. Raises `SomebodyIsAtWork`."""

    def clear(self) -> None:
        """Remove all that is in it."""

    def restore_from(self, path: Path) -> None:
        """Fill it, while it is empty, with a copy. Raises `CopyFailed`, and is as empty as before."""

    def close(self) -> None:
        """Let go of what was held fast, and of every connection."""
