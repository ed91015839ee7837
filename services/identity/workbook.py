"""Takes the parts of an XLSX file out of its zip, so that nothing in it can eat the memory of whoever reads it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

MOST_PARTS = 500
MOST_BYTES = 60_000_000
"""How much the parts may hold when they are unpacked; 20,000 rows of a roster take about 12 MB."""

_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_CHUNK = 1 << 16


class WorkbookBroken(Exception):
    """It is no XLSX file, or a damaged one."""


class WorkbookTooLarge(Exception):
    """It unpacks to more than anybody's roster; the sentence says what is too much."""


def unpack(content: bytes, *, most_rows: int, most_columns: int) -> bytes:
    """Return the workbook as a zip that holds what was counted and checked, and nothing else.

    What a zip says of its sizes may be a lie, so that every part is unpacked here, up to a limit, and packed again
    without compression for whoever reads it. A reader makes room for all cells up to the last one: one that stands
    far out is refused. Raises `WorkbookBroken`, `WorkbookTooLarge`.
    """
    checked = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(checked, "w") as fresh:
            for name, part in _parts(packed):
                _check_part(part, most_rows, most_columns)
                fresh.writestr(name, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as fault:
        raise WorkbookBroken from fault
    return checked.getvalue()


def _parts(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    wanted = [one for one in packed.infolist() if one.filename.endswith((".xml", ".rels"))]
    names = {one.filename for one in wanted}
    if "xl/workbook.xml" not in names or len(names) < len(wanted):
        raise WorkbookBroken
    if len(wanted) > MOST_PARTS:
        raise WorkbookTooLarge(f"It holds {len(wanted)} parts, more than {MOST_PARTS}")
    left = MOST_BYTES
    for one in wanted:
        part = _unpacked(packed, one, left)
        left -= len(part)
        yield one.filename, part


def _unpacked(packed: zipfile.ZipFile, one: zipfile.ZipInfo, left: int) -> bytes:
    found = io.BytesIO()
    with packed.open(one) as part:
        while chunk := part.read(_CHUNK):
            found.write(chunk)
            if found.tell() > left:
                raise WorkbookTooLarge(f"It unpacks to more than {MOST_BYTES} bytes")
    return found.getvalue()


def _check_part(part: bytes, most_rows: int, most_columns: int) -> None:
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_Places(most_rows, most_columns))
    source = InputSource()
    source.setByteStream(io.BytesIO(part))
    try:
        parser.parse(source)
    except (SAXException, DefusedXmlException) as fault:
        raise WorkbookBroken from fault


class _Places(ContentHandler):
    """Follows where cells stand: a cell or row that does not say so comes after the one before."""

    def __init__(self, most_rows: int, most_columns: int) -> None:
        super().__init__()
        self._most_rows, self._most_columns = most_rows, most_columns
        self._row = self._column = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - as SAX calls it
        """Look at an element; most are neither a row nor a cell."""
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row, self._column = int(attrs.get("r") or self._row + 1), 0
        elif kind == "c":
            self._column += 1
            if "r" in attrs:
                self._row, self._column = _place(attrs["r"])
            if self._row > self._most_rows or self._column > self._most_columns:
                place = f"row {self._row}, column {self._column}"
                raise WorkbookTooLarge(f"A cell stands in {place}, beyond {self._most_rows} x {self._most_columns}")


def _place(text: str) -> tuple[int, int]:
    found = _CELL.fullmatch(text)
    if not found:
        raise WorkbookBroken
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
