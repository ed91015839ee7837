"""Reads the rows of a roster that is a CSV file: encoding, separator and quotation marks."""

import csv
import io
from collections.abc import Iterator

from services.identity.roster_table import RosterLimits, RowError, refuse


def read_csv(content: bytes, _limits: RosterLimits, errors: list[RowError]) -> Iterator[list[str]]:
    """Yield the rows of a CSV file in UTF-8, separated by comma or semicolon. Raises `FileRefused`."""
    text = _decode(content, errors)
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    row = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            row += 1
            yield cells
    except csv.Error as fault:
        detail = f"The row cannot be read as CSV ({fault}); look for a quotation mark that is not closed."
        raise refuse(errors, row + 1, "csv_broken", detail) from fault


def _decode(content: bytes, errors: list[RowError]) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = content.count(b"\n", 0, fault.start) + 1
        detail = "The file is not UTF-8 text from this row on; save it as 'CSV UTF-8' in the spreadsheet."
        raise refuse(errors, row, "not_utf8", detail) from fault
    if not text.strip():
        raise refuse(errors, 1, "file_empty", "The file is empty; its first row must name the columns.")
    return text
