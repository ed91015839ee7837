"""Writes small XLSX workbooks as a spreadsheet does, and some as none would."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from string import ascii_uppercase
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Pegawai" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>",
}


def workbook(*rows: Sequence[object]) -> bytes:
    """A workbook whose first sheet has these rows: texts, numbers, dates and blanks."""
    written = [
        f'<row r="{number}">{"".join(_cell(f"{ascii_uppercase[at]}{number}", one) for at, one in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    ]
    return workbook_of("".join(written))


def workbook_of(rows: str, head: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    """A workbook whose sheet has such XML in it, and further parts."""
    sheet = f'{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return packed({**PARTS, "xl/worksheets/sheet1.xml": sheet, **(more or {})})


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return written.getvalue()


def _cell(place: str, value: object) -> str:
    match value:
        case "":
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value}</v></c>'
        case date():
            return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
