"""Keeps files in a folder, on a disk that every web process of the catalogue reaches."""

from pathlib import Path
from typing import IO
from uuid import UUID

from services.catalogue.storage.port import Incoming, Opened, Received


class FolderStorage:
    """Files in a folder. They come in under the same folder, so keeping one is a rename: never a half-written copy."""

    def __init__(self, folder: Path, *, mode: int = 0o600) -> None:
        """`mode` is that of kept files: others read them only where a server of files runs as another user."""
        self._folder = folder
        self._mode = mode

    def receiving(self) -> Incoming:
        """Give an empty file to write into."""
        return Incoming(self._folder / "incoming")

    def keep(self, received: Received, tenant: UUID) -> None:
        """Move a file to its place."""
        place = self._folder / self.place(tenant, received.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        received.path.chmod(self._mode)
        received.path.replace(place)

    def has(self, tenant: UUID, sha256: str) -> bool:
        """Look for a file."""
        return (self._folder / self.place(tenant, sha256)).is_file()

    def open(self, tenant: UUID, sha256: str, start: int = 0, length: int | None = None) -> Opened:
        """Open a file at a place in it."""
        file = (self._folder / self.place(tenant, sha256)).open("rb")
        file.seek(start)
        return file if length is None else _Part(file, length)

    def place(self, tenant: UUID, sha256: str) -> str:
        """Give where a file lies, below the folder."""
        return f"{tenant}/{sha256[:2]}/{sha256}"


class _Part:
    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file = file
        self._left = length

    def read(self, size: int, /) -> bytes:
        piece = self._file.read(min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
