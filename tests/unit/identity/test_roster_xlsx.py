"""A roster that comes as an XLSX workbook."""

import struct
from datetime import date
from typing import Any

import pytest

from services.identity import workbook as limits
from services.identity.roster import RowError, read_roster
from services.identity.roster_table import COLUMNS
from tests.unit.identity.sheets import PARTS, packed, workbook, workbook_of

NIP = "199001012015011003"
USUAL: dict[str, object] = {
    "nip": NIP,
    "nama": "Citra",
    "email": "",
    "jenis_pegawai": "PNS",
    "mulai_kontrak": "",
    "kode_unit": "DIK",
    "unit": "Dinas Pendidikan",
    "kode_unit_induk": "",
    "jenis_unit": "dinas",
    "kode_jabatan": "GURU",
    "jabatan": "Guru",
    "jenis_jabatan": "pelaksana",
    "berlaku_sejak": "2026-01-05",
    "status_jabatan": "",
}


def line(**other: object) -> list[object]:
    """The cells of a row, in the order of the columns."""
    return [(USUAL | other)[column] for column in COLUMNS]


def read(*rows: list[object]) -> tuple[Any, list[RowError]]:
    return read_roster(workbook(list(COLUMNS), *rows), form="xlsx")


def codes(content: bytes) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in read_roster(content, form="xlsx")[1]]


def test_a_workbook_reads_as_the_same_roster_as_its_csv() -> None:
    people = [line(), line(nip="199001012015011004", nama='Dewi; Sri, "X"'.replace('"', "'"))]
    text = "\n".join([",".join(COLUMNS), *(",".join(f'"{cell}"' for cell in one) for one in people)])
    assert read(*people) == read_roster(text.encode())
    assert read(*people)[0].rows == 2


def test_a_date_may_be_a_real_date_or_iso_text() -> None:
    roster, errors = read(
        line(jenis_pegawai="PPPK", mulai_kontrak=date(2025, 3, 1), berlaku_sejak=date(2026, 2, 28)),
    )
    assert errors == []
    (person,) = roster.people
    assert person.contract_start == date(2025, 3, 1)
    assert person.posts[0].valid_from == date(2026, 2, 28)
    assert read(line(berlaku_sejak="2026-02-28"))[0].people[0].posts[0].valid_from == date(2026, 2, 28)


def test_a_nip_stored_as_a_number_has_lost_digits_and_says_what_to_do() -> None:
    _, errors = read(line(nip=float(NIP)))
    assert [(error.row, error.column, error.code) for error in errors] == [(2, "nip", "nip_number")]
    assert "format the column as text" in errors[0].detail
    assert "1990" not in errors[0].detail


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("nip", "1.99001E+17", "nip_rounded"),
        ("kode_unit", 101, "cell_number"),
        ("kode_jabatan", date(2026, 1, 2), "cell_type"),
        ("nama", True, "cell_type"),
        ("berlaku_sejak", 46_027, "date_form"),
        ("berlaku_sejak", 46_027.5, "date_form"),
        ("berlaku_sejak", "05/01/2026", "date_form"),
        ("nama", "=HYPERLINK(1)", "formula"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_one_error_of_its_row_and_column(column: str, value: object, code: str) -> None:
    roster, errors = read(line(), line(**{"nip": "199001012015011004", column: value}))
    assert [(error.row, error.column, error.code) for error in errors] == [(3, column, code)]
    assert [person.nip for person in roster.people] == [NIP]


def test_blank_rows_count_so_that_a_row_number_is_the_one_on_the_screen() -> None:
    _, errors = read([""], line(nama=""), [""], [""])
    assert [(error.row, error.code) for error in errors] == [(3, "empty")]


def test_a_cell_beside_the_header_is_an_error_of_its_row() -> None:
    assert codes(workbook(list(COLUMNS), [*line(), "stray"])) == [(2, "field_count")]


def test_a_missing_column_is_named() -> None:
    assert codes(workbook(list(COLUMNS[1:]), line()[1:])) == [(1, "column_missing")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xlsx_broken"),
        (b"nip,nama", "xlsx_broken"),
        (b"PK\x03\x04 cut off", "xlsx_broken"),
        (packed({"content.xml": "<x/>"}), "xlsx_broken"),
        (packed({name: part for name, part in PARTS.items() if "rels" not in name}), "xlsx_broken"),
        (packed(PARTS), "xlsx_broken"),
        (workbook_of("<row><c>"), "xlsx_broken"),
        (workbook_of('<row r="one"/>'), "xlsx_broken"),
        (workbook_of('<row><c r="A-1"><v>1</v></c></row>'), "xlsx_broken"),
        (workbook_of("", head='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "xlsx_broken"),
        (workbook(list(COLUMNS), line())[:-300], "xlsx_broken"),
        (workbook_of(""), "file_empty"),
    ],
)
def test_a_malformed_workbook_gets_one_error(content: bytes, code: str) -> None:
    assert codes(content) == [(1, code)]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c><v>1</v></c></row>',
        "<row/>" * 26_000 + "<row><c><v>1</v></c></row>",
        f"<row>{'<c/>' * 61}</row>",
        '<x:row xmlns:x="urn:x"><x:c r="A9999999"/></x:row>',
    ],
)
def test_a_cell_far_out_is_refused_before_room_is_made_for_all_before_it(rows: str) -> None:
    assert codes(workbook_of(rows)) == [(1, "file_too_large")]


def test_a_zip_bomb_is_refused_whatever_it_says_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 100_000)
    bomb = workbook_of("", more={"xl/theme.xml": b"<a>" + b" " * 200_000 + b"</a>"})
    assert codes(bomb) == [(1, "file_too_large")]
    assert codes(bomb.replace(struct.pack("<I", 200_007), struct.pack("<I", 10))) == [(1, "xlsx_broken")]


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_PARTS", 20)
    assert codes(workbook_of("", more={f"xl/part{one}.xml": b"<a/>" for one in range(20)})) == [(1, "file_too_large")]


def test_a_part_that_is_there_twice_is_refused() -> None:
    twice = workbook_of("<row/>", more={"xl/worksheets/sheet2.xml": b"<a/>"})
    assert codes(twice.replace(b"sheet2", b"sheet1")) == [(1, "xlsx_broken")]
