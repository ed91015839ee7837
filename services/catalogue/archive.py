"""Reads zip archives that strangers made, and writes zip archives that come out the same every time."""

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)
"""What the zip module raises over a damaged archive; ValueError includes names that are no UTF-8."""

_SIGNS = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_CHUNK = 1 << 16


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may hold: bytes packed and unpacked, entries, and how far an entry may be compressed."""

    max_bytes: int = 250_000_000
    max_unpacked: int = 500_000_000
    max_entries: int = 500
    max_ratio: int = 100


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it is, a stable machine name, and a sentence."""

    path: str
    code: str
    detail: str


class ArchiveRefused(Exception):
    """The archive cannot be taken; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.detail for problem in self.problems))


class Archive:
    """An open archive whose every entry was checked by name, kind and size."""

    def __init__(self, zipped: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self._zipped = zipped
        # ZipInfo.is_dir() raises IndexError over an empty name, which a damaged archive can hold.
        self._entries = {entry.filename: entry for entry in zipped.infolist() if not entry.filename.endswith("/")}
        problems = (*_set_problems(zipped.infolist(), limits), *_entry_problems(zipped.infolist(), limits))
        if problems:
            raise ArchiveRefused(problems)

    def names(self) -> frozenset[str]:
        """Return the names of the files, directories left out."""
        return frozenset(self._entries)

    def size(self, name: str) -> int:
        """Return how many bytes the file has unpacked."""
        return self._entries[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file piece by piece, checked against its checksum at the end."""
        try:
            with self._zipped.open(self._entries[name]) as content:
                while chunk := content.read(_CHUNK):
                    yield chunk
        except _BROKEN as fault:
            detail = f"The file {name} in the archive is damaged; pack it again."
            raise ArchiveRefused([Problem(name, "damaged", detail)]) from fault

    def read(self, name: str) -> bytes:
        """Return the whole content of a file."""
        return b"".join(self.chunks(name))


@contextmanager
def open_archive(source: bytes | Path, limits: ArchiveLimits) -> Iterator[Archive]:
    """Open a zip archive after checking it; raises ArchiveRefused with everything that is wrong."""
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > limits.max_bytes:
        detail = f"The archive has {size} bytes, more than {limits.max_bytes}; take files out."
        raise ArchiveRefused([Problem("", "archive_too_large", detail)])
    stream: IO[bytes] = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    with stream:
        try:
            zipped = zipfile.ZipFile(stream)
        except _BROKEN as fault:
            detail = "The file is no zip archive, or it is damaged; pack it again."
            raise ArchiveRefused([Problem("", "no_archive", detail)]) from fault
        with zipped:
            yield Archive(zipped, limits)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of these files by name: see `pack_into`."""
    target = io.BytesIO()
    pack_into(target, {name: [content] for name, content in files.items()})
    return target.getvalue()


def pack_into(target: IO[bytes], files: Mapping[str, Iterable[bytes]]) -> None:
    """Write a zip archive of these files, by name and piece by piece; the same files give the same bytes everywhere.

    Entries are sorted, carry no date and are stored rather than compressed: two versions of zlib may compress the
    same text differently, and the films and documents that make a course large are compressed already.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            with zipped.open(entry, "w") as written:
                for piece in files[name]:
                    written.write(piece)


def name_fault(name: str) -> str | None:
    """Say what is wrong with a file's name inside an archive, or None: relative, without `..` and strange signs."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is absolute; names in the archive are relative to its top"
    if any(step in ("", ".", "..") for step in name.removesuffix("/").split("/")):
        return "leads outside the archive or through an empty step; write it without . and .."
    if _SIGNS.search(name):
        return 'holds a sign that files cannot have everywhere, one of \\ : * ? " < > | or a control character'
    return None


def _set_problems(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[Problem]:
    if len(entries) > limits.max_entries:
        detail = f"The archive holds {len(entries)} entries, more than {limits.max_entries}; take files out."
        yield Problem("", "too_many_entries", detail)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.max_unpacked:
        detail = f"Unpacked the archive has {unpacked} bytes, more than {limits.max_unpacked}; take files out."
        yield Problem("", "unpacked_too_large", detail)
    seen: set[str] = set()
    for entry in entries:
        # Names that differ in case or in how accents are composed are one file on many machines.
        same = unicodedata.normalize("NFC", entry.filename).casefold()
        if same in seen:
            detail = f"The name {entry.filename[:100]!a} is there twice; keep one entry."
            yield Problem(entry.filename, "name_twice", detail)
        seen.add(same)


def _entry_problems(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[Problem]:
    for entry in entries:
        shown = ascii(entry.filename[:100])
        kind = stat.S_IFMT(entry.external_attr >> 16)
        fault = name_fault(entry.filename)
        if fault:
            yield Problem(entry.filename, "name", f"The name {shown} {fault}.")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            detail = f"The entry {shown} is a link or a device; pack the file itself."
            yield Problem(entry.filename, "no_plain_file", detail)
        if entry.flag_bits & 0x1:
            yield Problem(entry.filename, "encrypted", f"The entry {shown} is encrypted; pack it without a password.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            detail = f"The entry {shown} is packed in an unusual way; pack it with plain zip compression."
            yield Problem(entry.filename, "compression", detail)
        if entry.file_size > limits.max_ratio * max(entry.compress_size, 1_000):
            detail = f"The entry {shown} unpacks to over {limits.max_ratio} times its size; leave it out."
            yield Problem(entry.filename, "ratio", detail)
