"""Reads small CSV files row by row, and gathers everything that is wrong with them before anything is taken."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import Invalid

MOST_ROWS = 20_000
MOST_FAULTS = 200
LONGEST_FIELD = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class FileHasErrors(Invalid):
    """A file is taken whole or not at all; `errors` says by row what to mend. Row 1 is the header."""


@dataclass(frozen=True)
class Row:
    """One row below the header, its values by column and without blanks around them."""

    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


class Faults:
    """What is wrong with a file, by row: all of it is counted, the first 200 things are told.

    `rows` are the numbers of all rows with a fault.
    """

    def __init__(self) -> None:
        self._by_row: dict[int, list[dict[str, Any]]] = {}
        self.rows: set[int] = set()
        self.count = 0

    def add(self, row: int, column: str | None, code: str, detail: str) -> None:
        """Note one thing to mend; `column` is None where the whole row is meant."""
        self.rows.add(row)
        self.count += 1
        if self.count <= MOST_FAULTS:
            self._by_row.setdefault(row, []).append({"column": column, "code": code, "detail": detail})

    def refuse(self) -> None:
        """Raise `FileHasErrors` if anything was noted."""
        if self._by_row:
            errors = {str(row): self._by_row[row] for row in sorted(self._by_row)}
            raise FileHasErrors(
                f"Nothing was taken: the file has {self.count} errors. Mend them.", errors=errors, count=self.count
            )

    def told(self) -> list[dict[str, Any]]:
        """List the first 200 things to mend by row, for an answer that does not refuse the file."""
        return [{"row": row, **fault} for row in sorted(self._by_row) for fault in self._by_row[row]]


def read_rows(
    content: bytes,
    columns: Sequence[str],
    faults: Faults,
    *,
    optional: Collection[str] = (),
    may_be_empty: Collection[str] = (),
) -> list[Row]:
    """Read a CSV file (comma or semicolon, UTF-8) with exactly these columns in any order; blank rows are skipped.

    The `optional` columns may be left out, and their fields, as those of the columns that `may_be_empty`, can be empty.

    Raises `FileHasErrors` where the file or its header can't be read; faults of single rows are noted in `faults`.
    """
    cells = list(_cells(_text(content, faults), faults))
    header = [name.strip().casefold() for name in cells[0]]
    _check_header(header, columns, optional, faults)
    nothing = dict.fromkeys(optional, "")
    rows = [
        Row(number, nothing | dict(zip(header, (cell.strip() for cell in one), strict=False)))
        for number, one in enumerate(cells[1:], start=2)
        if _is_usable(number, one, header, {*optional, *may_be_empty}, faults)
    ]
    if len(rows) > MOST_ROWS:
        faults.add(1, None, "too_many_rows", f"The file has more than {MOST_ROWS} rows; split it.")
        faults.refuse()
    if not any(any(cell.strip() for cell in one) for one in cells[1:]):
        faults.add(2, None, "no_rows", "There is a header but no row below it.")
    return rows


def _text(content: bytes, faults: Faults) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        faults.add(row, None, "not_utf8", "This is not UTF-8 text; save the file as 'CSV UTF-8' in the spreadsheet.")
        faults.refuse()
        raise
    if not text.strip():
        faults.add(1, None, "file_empty", "The file is empty; its first row must name the columns.")
        faults.refuse()
    return text


def _cells(text: str, faults: Faults) -> Iterator[list[str]]:
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    row = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            row += 1
            yield cells
    except csv.Error as fault:
        faults.add(row + 1, None, "csv_broken", f"The row can't be read as CSV ({fault}); look for an open quotation.")
        faults.refuse()


def _check_header(header: Sequence[str], columns: Collection[str], optional: Collection[str], faults: Faults) -> None:
    for column in columns:
        if header.count(column) != 1:
            faults.add(1, column, "column_missing", f"The header must name the column {column} once.")
    for column in optional:
        if header.count(column) > 1:
            faults.add(1, column, "column_twice", f"The header names the column {column} twice.")
    for name in header:
        if name not in {*columns, *optional}:
            faults.add(1, name[:40], "column_unknown", f"The column {name[:40]!r} is not known; remove it.")
    faults.refuse()


def _is_usable(
    number: int, cells: Sequence[str], header: Sequence[str], may_be_empty: Collection[str], faults: Faults
) -> bool:
    if not any(cell.strip() for cell in cells):
        return False
    if len(cells) != len(header):
        detail = f"The row has {len(cells)} fields, the header {len(header)}; look for a stray separator."
        faults.add(number, None, "field_count", detail)
        return False
    usable = True
    for column, cell in zip(header, cells, strict=True):
        for code, detail in _faults_of(cell.strip(), may_be_empty=column in may_be_empty):
            faults.add(number, column, code, detail)
            usable = False
    return usable


def _faults_of(value: str, *, may_be_empty: bool) -> Iterator[tuple[str, str]]:
    if not value and not may_be_empty:
        yield "empty", "This field can't be empty."
    if len(value) > LONGEST_FIELD:
        yield "too_long", f"This has {len(value)} characters, more than {LONGEST_FIELD}; shorten it."
    if _CONTROL.search(value):
        yield "control_character", "This holds a line break or another control character; remove it."
    # A value that a spreadsheet would calculate comes back to people in exports; refusing it here keeps it out.
    if value.startswith(("=", "+", "-", "@")):
        yield "formula", f"This begins with {value[0]!r} and would be a formula in a spreadsheet; remove that sign."
