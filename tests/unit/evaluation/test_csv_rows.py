"""CSV files are read whole or refused with everything there is to mend."""

import pytest

from services.evaluation.csv_rows import Faults, FileHasErrors, Row, read_rows

COLUMNS = ("code", "name")


def read(content: bytes) -> list[Row]:
    faults = Faults()
    rows = read_rows(content, COLUMNS, faults)
    faults.refuse()
    return rows


def refused(content: bytes) -> dict[str, list[str]]:
    with pytest.raises(FileHasErrors) as refusal:
        read(content)
    return {row: [one["code"] for one in some] for row, some in refusal.value.errors.items()}


def test_a_file_from_a_spreadsheet_is_read_whatever_its_separator_order_and_blank_rows() -> None:
    rows = read("\ufeffName; CODE \r\n Pelayanan ;PP\r\n;\r\nKerja;KS\r\n".encode())
    assert rows == [Row(2, {"name": "Pelayanan", "code": "PP"}), Row(4, {"name": "Kerja", "code": "KS"})]


def test_every_fault_of_a_row_is_named_at_once() -> None:
    long = "x" * 201
    assert refused(f"code,name\n,{long}\nA,b,c\n@SUM,ok\n".encode()) == {
        "2": ["empty", "too_long"],
        "3": ["field_count"],
        "4": ["formula"],
    }


@pytest.mark.parametrize(
    ("content", "row", "code"),
    [
        (b"\xff\xfe", "1", "not_utf8"),
        (b"code,name\nA,\xe9\n", "2", "not_utf8"),
        (b"  \n", "1", "file_empty"),
        (b'code,name\nA,"b\n', "2", "csv_broken"),
        (b"code,code,name\n", "1", "column_missing"),
        (b"code,name,extra\n", "1", "column_unknown"),
        (b"code,name\n,\n", "2", "no_rows"),
        (b"code,name\nA,b\x00\n", "2", "control_character"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(content: bytes, row: str, code: str) -> None:
    assert code in refused(content)[row]


def test_of_very_many_faults_the_first_are_told_and_all_are_counted() -> None:
    with pytest.raises(FileHasErrors) as refusal:
        read(b"code,name\n" + b"A,\n" * 500)
    assert (len(refusal.value.errors), refusal.value.parameters["count"]) == (200, 500)


def test_faults_can_be_told_without_refusing_and_every_faulty_row_is_known_beyond_those_told() -> None:
    faults = Faults()
    for row in range(300, 1, -1):
        faults.add(row, "code", "wrong", "Mend it.")
    assert len(faults.told()) == 200
    assert faults.told()[0] == {"row": 101, "column": "code", "code": "wrong", "detail": "Mend it."}
    assert (faults.count, faults.rows) == (299, set(range(2, 301)))
