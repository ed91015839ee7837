"""Turns the bytes of a roster file into records: encoding, separator, header, size and stray signs."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

COLUMNS = (
    *("nip", "nama", "email", "jenis_pegawai", "mulai_kontrak"),
    *("kode_unit", "unit", "kode_unit_induk", "jenis_unit"),
    *("kode_jabatan", "jabatan", "jenis_jabatan", "berlaku_sejak", "status_jabatan"),
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class RosterLimits:
    """How much a roster may hold: bytes of the file, rows below the header, characters of one field."""

    max_bytes: int = 20_000_000
    max_rows: int = 20_000
    max_field: int = 200


@dataclass(frozen=True)
class RowError:
    """One thing to mend. Row 1 is the header; `column` is None where the whole row or file is meant."""

    row: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True)
class Record:
    """One row below the header, its values by column name and without blanks around them.

    `complete` is False where the number of fields was wrong, so that values may sit under the wrong names.
    """

    row: int
    values: dict[str, str]
    complete: bool = True
    spoilt: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def usable(self, *columns: str) -> bool:
        """Say whether none of these columns holds a sign or a length that was refused already."""
        return self.spoilt.isdisjoint(columns)

    def error(self, column: str | None, code: str, detail: str) -> RowError:
        """Return an error of this row."""
        return RowError(self.row, column, code, detail)


def read_records(content: bytes, limits: RosterLimits, errors: list[RowError]) -> list[Record]:
    """Return the records of a CSV file and append what is wrong with it; a broken file or header gives no records.

    Rows that hold nothing are passed over, as spreadsheets leave them at the end, but they count as rows, so that a
    row number is the one a person sees in the spreadsheet.
    """
    text = _decode(content, limits, errors)
    if text is None:
        return []
    rows = _rows(text, errors)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        if not _check_header(header, errors):
            return []
        return list(_records(header, rows, limits, errors))
    except _FileRefused:
        return []


class _FileRefused(Exception):
    """Nothing of the file can be trusted; the error is noted already."""


def _decode(content: bytes, limits: RosterLimits, errors: list[RowError]) -> str | None:
    if len(content) > limits.max_bytes:
        detail = f"The file has {len(content)} bytes, more than {limits.max_bytes}; split it by unit."
        errors.append(RowError(1, None, "file_too_large", detail))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        detail = "The file is not UTF-8 text from this row on; save it as 'CSV UTF-8' in the spreadsheet."
        errors.append(RowError(row, None, "not_utf8", detail))
        return None
    if not text.strip():
        errors.append(RowError(1, None, "file_empty", "The file is empty; its first row must name the columns."))
        return None
    return text


def _rows(text: str, errors: list[RowError]) -> Iterator[list[str]]:
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    row = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            row += 1
            yield cells
    except csv.Error as fault:
        detail = f"The row cannot be read as CSV ({fault}); look for a quotation mark that is not closed."
        errors.append(RowError(row + 1, None, "csv_broken", detail))
        raise _FileRefused from fault


def _check_header(header: list[str], errors: list[RowError]) -> bool:
    before = len(errors)
    errors.extend(
        RowError(1, column, "column_missing", f"The column {column} is missing from the header.")
        for column in COLUMNS
        if column not in header
    )
    for index, name in enumerate(header):
        shown = name[:40] or f"(number {index + 1}, without a name)"
        if name not in COLUMNS:
            detail = f"The column {shown} is not known; remove it or correct its name."
            errors.append(RowError(1, shown, "column_unknown", detail))
        elif name in header[:index]:
            errors.append(RowError(1, name, "column_twice", f"The column {name} is there twice; remove one."))
    return len(errors) == before


def _records(
    header: list[str], rows: Iterator[list[str]], limits: RosterLimits, errors: list[RowError]
) -> Iterator[Record]:
    found = 0
    for row, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        found += 1
        if found > limits.max_rows:
            detail = f"The file has more than {limits.max_rows} rows; split it by unit."
            errors.append(RowError(row, None, "too_many_rows", detail))
            raise _FileRefused
        if len(cells) != len(header):
            detail = f"The row has {len(cells)} fields, the header {len(header)}; look for a stray separator."
            errors.append(RowError(row, None, "field_count", detail))
        values = dict.fromkeys(header, "") | dict(zip(header, (cell.strip() for cell in cells), strict=False))
        record = Record(row, values, complete=len(cells) == len(header))
        spoilt = list(_check_cells(record, limits))
        errors.extend(spoilt)
        yield replace(record, spoilt=frozenset(error.column for error in spoilt if error.column))
    if not found:
        errors.append(RowError(2, None, "no_rows", "There is a header but no row below it."))


def _check_cells(record: Record, limits: RosterLimits) -> Iterator[RowError]:
    for column, value in record.values.items():
        if len(value) > limits.max_field:
            detail = f"{column} has {len(value)} characters, more than {limits.max_field}; shorten it."
            yield record.error(column, "too_long", detail)
        if _CONTROL.search(value):
            detail = f"{column} holds a line break or another control character; remove it."
            yield record.error(column, "control_character", detail)
        # A value that a spreadsheet would calculate comes back to people in exports; refusing it here keeps it out.
        if value.startswith(("=", "+", "-", "@")):
            detail = f"{column} begins with {value[0]!r} and would be a formula in a spreadsheet; remove that sign."
            yield record.error(column, "formula", detail)
