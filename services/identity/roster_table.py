"""Turns the rows of a roster file into records: header, number of rows and fields, and stray signs."""

import re
from collections.abc import Iterator, Sequence
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

    `complete` is False where the number of fields was wrong, so that values may sit under the wrong names. Columns
    that are `unread` hold no text: their one error is noted, and nothing further can be said of them.
    """

    row: int
    values: dict[str, str]
    complete: bool = True
    spoilt: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def usable(self, *columns: str) -> bool:
        """Say whether none of these columns holds a sign or a length that was refused already."""
        return self.spoilt.isdisjoint(columns)

    def error(self, column: str | None, code: str, detail: str) -> RowError:
        """Return an error of this row."""
        return RowError(self.row, column, code, detail)


@dataclass(frozen=True)
class WrongCell:
    """A cell of a spreadsheet that holds something else than text, and why that will not do."""

    code: str
    detail: str


Cell = str | WrongCell


class FileRefused(Exception):
    """Nothing of the file can be trusted; the error is noted already."""


def refuse(errors: list[RowError], row: int, code: str, detail: str) -> FileRefused:
    """Note an error of the whole file, and give what to raise."""
    errors.append(RowError(row, None, code, detail))
    return FileRefused()


def read_records(rows: Iterator[Sequence[Cell]], limits: RosterLimits, errors: list[RowError]) -> list[Record]:
    """Return the records of a file's rows and append what is wrong with them; a broken file or header gives none.

    Rows that hold nothing are passed over, as spreadsheets leave them at the end, but they count as rows, so that a
    row number is the one a person sees in the spreadsheet.
    """
    try:
        header = [name.strip().casefold() if isinstance(name, str) else "" for name in next(rows, [])]
        if not _check_header(header, errors):
            return []
        return list(_records(header, rows, limits, errors))
    except FileRefused:
        return []


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
    header: list[str], rows: Iterator[Sequence[Cell]], limits: RosterLimits, errors: list[RowError]
) -> Iterator[Record]:
    found = 0
    for row, cells in enumerate(rows, start=2):
        if not any(isinstance(cell, WrongCell) or cell.strip() for cell in cells):
            continue
        found += 1
        if found > limits.max_rows:
            detail = f"The file has more than {limits.max_rows} rows; split it by unit."
            raise refuse(errors, row, "too_many_rows", detail)
        if len(cells) != len(header):
            detail = f"The row has {len(cells)} fields, the header {len(header)}; look for a stray separator."
            errors.append(RowError(row, None, "field_count", detail))
        yield _record(row, header, cells, limits, errors)
    if not found:
        errors.append(RowError(2, None, "no_rows", "There is a header but no row below it."))


def _record(row: int, header: list[str], cells: Sequence[Cell], limits: RosterLimits, errors: list[RowError]) -> Record:
    found = dict(zip(header, cells, strict=False))
    values = {name: cell.strip() for name, cell in found.items() if isinstance(cell, str)}
    record = Record(row, dict.fromkeys(header, "") | values, complete=len(cells) == len(header))
    wrong = [record.error(name, cell.code, cell.detail) for name, cell in found.items() if isinstance(cell, WrongCell)]
    spoilt = [*wrong, *_check_cells(record, limits)]
    errors.extend(spoilt)
    return replace(
        record,
        spoilt=frozenset(error.column for error in spoilt if error.column),
        unread=frozenset(error.column for error in wrong if error.column),
    )


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
