"""Reads the rows of a roster that is an XLSX workbook: its first sheet, with texts and real dates in the cells."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from python_calamine import CalamineWorkbook

from services.identity.roster_table import Cell, RosterLimits, RowError, WrongCell, refuse
from services.identity.workbook import WorkbookBroken, WorkbookTooLarge, unpack

DATES = frozenset({"mulai_kontrak", "berlaku_sejak"})
_MOST_COLUMNS = 60
_BLANK_ROWS = 5_000
"""How many blank rows a sheet may have among and below its rows."""


def read_xlsx(content: bytes, limits: RosterLimits, errors: list[RowError]) -> Iterator[list[Cell]]:
    """Yield the rows of the first sheet as texts, as wide as its header. Raises `FileRefused`."""
    try:
        rows = _first_sheet(unpack(content, most_rows=limits.max_rows + _BLANK_ROWS, most_columns=_MOST_COLUMNS))
    except WorkbookTooLarge as fault:
        detail = f"The workbook is too large. {fault}; copy the roster alone into a new workbook."
        raise refuse(errors, 1, "file_too_large", detail) from fault
    except WorkbookBroken as fault:
        detail = "The file cannot be read as XLSX; save it anew as 'Excel Workbook (.xlsx)', without a password."
        raise refuse(errors, 1, "xlsx_broken", detail) from fault
    if not any(any(cell != "" for cell in row) for row in rows):
        raise refuse(errors, 1, "file_empty", "The first sheet is empty; its first row must name the columns.")
    header = [cell.strip().casefold() if isinstance(cell, str) else "" for cell in rows[0]]
    width = max((place for place, name in enumerate(header, start=1) if name), default=0)
    for row in rows:
        wide = row if any(cell != "" for cell in row[width:]) else row[:width]
        names = [*header, *[""] * len(wide)]
        yield [_cell(name, cell) for name, cell in zip(names, wide, strict=False)]


def _first_sheet(workbook: bytes) -> Sequence[Sequence[object]]:
    try:
        return (
            CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    except BaseException as fault:
        # A panic in the reader's Rust code has a class that can't be imported, and is no `Exception`.
        if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
            raise WorkbookBroken from fault
        raise


def _cell(column: str, value: object) -> Cell:
    match value:
        case str():
            return value
        case datetime() if column in DATES and value.time() == time():
            return value.date().isoformat()
        case date() if column in DATES and not isinstance(value, datetime):
            return value.isoformat()
        case bool():
            return WrongCell("cell_type", f"{column} holds true or false; write it as text.")
        case int() | float() if column == "nip":
            detail = "The NIP is stored as a number, which loses digits; format the column as text and enter it again."
            return WrongCell("nip_number", detail)
        case int() | float() if column in DATES:
            return WrongCell("date_form", f"{column} must be a date; format the column as a date, or write 2026-01-31.")
        case int() | float():
            detail = f"{column} is stored as a number, which loses zeros in front; format the column as text."
            return WrongCell("cell_number", detail)
    return WrongCell("cell_type", f"{column} holds a date or an hour where none belongs; format the column as text.")
