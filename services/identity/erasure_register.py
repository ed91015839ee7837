"""The register of erasures: a file outside every backup, to which a line is added before an erasure is said.

A backup that is restored brings erased people back; replaying the register erases them again. Each line holds ids and a
time alone, and the hash of the line before it, so that a line can't be taken out or changed without a trace.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from shared.errors import Conflict

BEGINNING = "0" * 64
"""What stands in the first line where others have the hash of the line before them."""


class RegisterNotWritable(Conflict):
    """Nobody is erased unless it can be repeated after a backup was restored."""


class RegisterIsBroken(Conflict):
    """A line of the register was changed, or is missing: ask whoever may write to it, and compare with its copies."""


class RegisterIsIncomplete(Conflict):
    """The register lacks people who were erased before the backup: it is an old copy of it, or another suite's."""


@dataclass(frozen=True)
class Erasure:
    """A line of the register."""

    tenant: UUID
    person: UUID
    at: datetime
    before: str

    @property
    def line(self) -> str:
        """The line as it is written."""
        said = {
            "tenant": str(self.tenant),
            "person": str(self.person),
            "at": self.at.isoformat(),
            "before": self.before,
        }
        return json.dumps(said, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """What the next line holds of this one: SHA-256 in hexadecimal."""
        return hashlib.sha256(self.line.encode()).hexdigest()

    @classmethod
    def read(cls, line: str) -> Self:
        """Read a line. Raises `ValueError`, `KeyError` or `TypeError` for one that is none."""
        said: dict[str, Any] = json.loads(line)
        return cls(UUID(said["tenant"]), UUID(said["person"]), datetime.fromisoformat(said["at"]), str(said["before"]))


class ErasureRegister:
    """The register in a file. Several processes of one machine may add to it."""

    def __init__(self, path: Path | None) -> None:
        """Raises `RegisterNotWritable` where the settings name no file."""
        if path is None:
            raise RegisterNotWritable(
                "Set WIYATA_ERASURE_REGISTER to a file that stays, and that no backup takes along: nobody was erased."
            )
        self._path = path

    def add(self, tenant: UUID, person: UUID, *, at: datetime) -> None:
        """Add a line; it is on the disk when this comes back. Raises `RegisterNotWritable`, `RegisterIsBroken`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                text = file.read()
                whole = text[: text.rfind(b"\n") + 1]
                file.truncate(len(whole))  # Half a line is all that a power cut left of an erasure that was not said.
                last = self._last_of(whole.decode())
                file.write(f"{Erasure(tenant, person, at, last).line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as refused:
            raise RegisterNotWritable(
                f"The register of erasures can't be written ({refused.strerror}): nobody was erased."
            ) from refused

    def erasures(self) -> list[Erasure]:
        """Give every line, oldest first; none where there is no file yet. Raises `RegisterIsBroken`."""
        if not self._path.exists():
            return []
        return list(self._read(self._path.read_text(encoding="utf-8")))

    def _last_of(self, text: str) -> str:
        last = BEGINNING
        for one in self._read(text):
            last = one.hash
        return last

    def _read(self, text: str) -> Iterator[Erasure]:
        before = BEGINNING
        for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), start=1):
            try:
                one = Erasure.read(line)
            except (ValueError, KeyError, TypeError) as wrong:
                raise RegisterIsBroken(f"Line {number} of the register of erasures is none.", line=number) from wrong
            if one.before != before:
                raise RegisterIsBroken(
                    f"Line {number} of the register of erasures does not follow the line before it.", line=number
                )
            before = one.hash
            yield one
