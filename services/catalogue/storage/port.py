"""What is asked of a place for files. Each file lies under the digest of its content, apart for every tenant."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self
from uuid import UUID

from shared.web.refusals import Unavailable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class StorageIsAway(Unavailable):
    """The place where files are kept does not answer at present."""


class Opened(Protocol):
    """The content of a kept file, or a part of it, to be read once and closed."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, at most so many; none at the end."""

    def close(self) -> None:
        """Let it go."""


class Storage(Protocol):
    """The files of all tenants. What is kept once is never changed, so keeping it again is harmless."""

    def receiving(self) -> "Incoming":
        """Give an empty file to write into, for a `with` block; what is not kept by its end is gone."""

    def keep(self, received: "Received", tenant: UUID) -> None:
        """Keep a file for a tenant; one that is kept already stays."""

    def has(self, tenant: UUID, sha256: str) -> bool:
        """Tell whether a tenant's file is kept."""

    def open(self, tenant: UUID, sha256: str, start: int = 0, length: int | None = None) -> Opened:
        """Open a tenant's file by its SHA-256 in hexadecimal, or `length` bytes of it (at least 1) from `start` on.

        Raises `FileNotFoundError` for one that is not kept.
        """


@dataclass(frozen=True)
class Received:
    """A file that came in whole: where it lies now, its size in bytes, and its SHA-256 in hexadecimal."""

    path: Path
    size: int
    sha256: str


class Incoming(io.RawIOBase):
    """A file that is being received into a folder of this machine: measured and digested as it comes.

    `most` bytes are taken; `too_large` makes what is raised when there are more.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._most: int | None = None
        self._too_large: Callable[[], Exception] = OSError

    def limited(self, most: int, too_large: Callable[[], Exception]) -> Self:
        """Take at most so many bytes, and raise what is made for the first one more."""
        self._most, self._too_large = most, too_large
        return self

    def writable(self) -> bool:
        return True

    def write(self, piece: "ReadableBuffer", /) -> int:
        size = memoryview(piece).nbytes
        self._size += size
        if self._most is not None and self._size > self._most:
            raise self._too_large()
        self._digest.update(piece)
        self._file.write(piece)
        return size

    def received(self) -> Received:
        """Write through to the disk what came, and describe it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return Received(self.path, self._size, self._digest.hexdigest())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)
        super().__exit__(kind, error, trace)
