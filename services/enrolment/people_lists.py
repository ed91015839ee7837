"""Reads lists of people as they arrive: one id a line, or a column `person` of a CSV file, and never names or NIPs.

A list of 64 MB has more than a million lines, so nothing here holds more than a line and a buffer of it.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO
from uuid import UUID

from services.enrolment.model.jobs import Line
from shared.errors import Invalid

LONGEST_LINE = 2_000
MOST_FAULTS = 50
HEADERS = ("person", "person_id", "id")

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NIP = re.compile(r"[\d \t.]{18,24}")


class ListHasErrors(Invalid):
    """A list of people is taken whole or not at all; `errors` says by line what to mend."""


@dataclass(frozen=True)
class PeopleList:
    """How many people a list names, and the digest of which."""

    count: int
    digest: str


def store_people(sent: IO[bytes], into: IO[bytes]) -> PeopleList:
    """Write the lines of a list into a file, packed, and give how many there are. Raises `ListHasErrors`."""
    count, digest = 0, sha256()
    for line in read_people(sent):
        packed = line.packed()
        into.write(packed)
        digest.update(packed)
        count += 1
    if not count:
        raise ListHasErrors("The list names nobody.", errors={"1": ["Write the id of a person on each line."]})
    return PeopleList(count, digest.hexdigest())


def read_people(sent: IO[bytes]) -> Iterator[Line]:
    """Give the lines that name people; blank ones are left out. Raises `ListHasErrors` at the end of a wrong list."""
    faults: dict[str, list[str]] = {}
    count, column, begun = 0, 0, False
    for number, cells in _rows(sent):
        header = None if begun else _column_of(cells)
        begun = True
        if header is not None:
            column = header
            continue
        said = cells[column].strip() if column < len(cells) else ""
        if _ID.fullmatch(said):
            yield Line(number, UUID(said))
        else:
            count += 1
            if count <= MOST_FAULTS:
                faults[str(number)] = [_fault(said)]
    if faults:
        raise ListHasErrors(f"Nobody was enrolled: {count} lines have errors. Mend them.", errors=faults, count=count)


def _rows(sent: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Give the number and the cells of each line that is not blank."""
    text = io.TextIOWrapper(io.BufferedReader(_Unclosed(sent)), encoding="utf-8-sig")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                sentence = f"A line has at most {LONGEST_LINE} characters."
                raise ListHasErrors("This is no list of people.", errors={str(number): [sentence]})
            if line.strip():
                yield number, _cells(line.strip())
    except UnicodeDecodeError as wrong:
        sentence = "Save the file as text in UTF-8."
        raise ListHasErrors("The list can't be read.", errors={str(number + 1): [sentence]}) from wrong


def _cells(line: str) -> list[str]:
    if len(line) == 36:  # Nearly every line of nearly every list is an id and nothing else.
        return [line]
    delimiter = ";" if ";" in line else "\t" if "\t" in line else ","
    return next(csv.reader([line], delimiter=delimiter), [""])


def _column_of(cells: list[str]) -> int | None:
    named = [cell.strip().lower() for cell in cells]
    return next((named.index(name) for name in HEADERS if name in named), None)


def _fault(said: str) -> str:
    if _NIP.fullmatch(said):
        return "NIPs are not taken here; write the id of the person."
    return "This is no id of a person."


class _Unclosed(io.RawIOBase):
    """Reads from a stream that somebody else closes."""

    def __init__(self, sent: IO[bytes]) -> None:
        super().__init__()
        self._sent = sent

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # Any writable buffer.
        read = self._sent.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)
