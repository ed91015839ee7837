"""Keeps uploaded files in a folder, each under the digest of its content, apart for every tenant."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID


class Storage:
    """The files of all tenants. What is kept once is never changed, so keeping it again is harmless."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """Give the path of an empty file to write into; what is not kept by the end of the block is gone.

        It lies in the same folder as the kept files, so that keeping it is a rename and never a half-written copy.
        """
        incoming = self._folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def keep(self, received: Path, tenant: UUID, sha256: str) -> None:
        """Keep a file, received and written through to the disk, for a tenant; one that is kept already stays."""
        place = self.path(tenant, sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        received.replace(place)

    def path(self, tenant: UUID, sha256: str) -> Path:
        """Give where a tenant's file is kept, by its SHA-256 in hexadecimal."""
        return self._folder / str(tenant) / sha256[:2] / sha256
