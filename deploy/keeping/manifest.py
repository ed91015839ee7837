"""What a backup says of itself: of which moment it is, what is in it, and the digest of every file."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal, Self

from shared.errors import Conflict, Invalid

FORMAT = 1
NAME = "manifest.json"

Kind = Literal["sqlite", "postgresql"]


class NoBackup(Invalid):
    """The folder holds no whole backup that this program can read."""


class BackupIsDamaged(Conflict):
    """A file of the backup is missing, or is not what it was when the backup was made."""


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file's size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class KeptDatabase:
    """A service's database: its file, and how it stood at the moment of the backup.

    `events` is how many events the service had said, `position` the last one's place in its outbox, `unpublished` how
    many of them were not published yet, and `behind` how many events of others it had still to handle.
    """

    file: str
    revision: str
    events: int
    position: int
    unpublished: int
    behind: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What stands in `manifest.json`, which is written last. Times are UTC in ISO 8601.

    `materials` is `files` where they are in the backup, else the bucket that keeps them.
    """

    format: int
    kind: Kind
    made_with: Mapping[str, str]
    begun_at: str
    moment: str
    ended_at: str
    materials: str
    databases: Mapping[str, KeptDatabase]
    files: Mapping[str, KeptFile]

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup."""
        with (folder / NAME).open("w") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read it. Raises `NoBackup`, with a sentence that says what is wrong."""
        try:
            said: dict[str, Any] = json.loads((folder / NAME).read_text())
        except FileNotFoundError as none:
            raise NoBackup(f"{folder} holds no {NAME}: it is no backup, or one that was never finished.") from none
        except (OSError, ValueError) as broken:
            raise NoBackup(f"{folder / NAME} can't be read ({type(broken).__name__}).") from broken
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise NoBackup(f"{folder / NAME} is not of format {FORMAT}: restore it with the Wiyata that made it.")
        try:
            databases = {name: KeptDatabase(**one) for name, one in said.pop("databases").items()}
            files = {_within(name): KeptFile(**one) for name, one in said.pop("files").items()}
            found = cls(**said, databases=databases, files=files)
            datetime.fromisoformat(found.moment)
        except (TypeError, KeyError, ValueError, AttributeError) as broken:
            raise NoBackup(f"{folder / NAME} does not say what a backup says: {broken}.") from broken
        return found

    @property
    def size(self) -> int:
        """Give the bytes of all files together."""
        return sum(one.size for one in self.files.values())

    def below(self, folder: str) -> list[str]:
        """Name the files below a folder of the backup."""
        return [name for name in self.files if name.startswith(f"{folder}/")]


def require_whole(manifest: Manifest, folder: Path, looked: Callable[[int], None] = lambda _: None) -> None:
    """Compare every file with its size and digest; `looked` hears the bytes of each. Raises `BackupIsDamaged`."""
    for name, kept in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BackupIsDamaged(f"{name} is missing from the backup: nothing was restored.")
        if path.stat().st_size != kept.size:
            raise BackupIsDamaged(f"{name} has {path.stat().st_size} bytes, not {kept.size}: nothing was restored.")
        if look_at(path) != kept:
            raise BackupIsDamaged(f"{name} is not what was backed up (its SHA-256 differs): nothing was restored.")
        looked(kept.size)


def look_at(path: Path) -> KeptFile:
    """Measure and digest a file."""
    with path.open("rb") as file:
        return KeptFile(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def copy(source: Path, target: Path, *, mode: int = 0o600) -> KeptFile:
    """Copy a file through to the disk, under a temporary name until it is whole; give what was copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with source.open("rb") as read, part.open("wb") as written:
        kept = _pour(read, written)
    part.chmod(mode)
    part.replace(target)
    return kept


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder through to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _pour(source: IO[bytes], target: IO[bytes]) -> KeptFile:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(1 << 20):
        digest.update(piece)
        size += target.write(piece)
    target.flush()
    os.fsync(target.fileno())
    return KeptFile(size=size, sha256=digest.hexdigest())


def _within(name: str) -> str:
    """Refuse a name that would lead out of the backup, or of where it is restored to."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise ValueError(f"{name} leads out of the folder")
    return name
