"""What a roster file may say, and what its author is told when it says something else."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from services.identity.roster import Post, RosterLimits, Unit, read_roster

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "semarang" / "roster.csv"
HEADER = (
    "nip,nama,email,jenis_pegawai,mulai_kontrak,kode_unit,unit,kode_unit_induk,jenis_unit,"
    "kode_jabatan,jabatan,jenis_jabatan,berlaku_sejak,status_jabatan"
)
HEAD_OF_OFFICE = {
    "nip": "197203051998031901",
    "nama": "Ratri Andaian",
    "email": "ratri@kota.example",
    "jenis_pegawai": "PNS",
    "mulai_kontrak": "",
    "kode_unit": "DINAS",
    "unit": "Dinas Contoh",
    "kode_unit_induk": "",
    "jenis_unit": "dinas",
    "kode_jabatan": "KADIS",
    "jabatan": "Kepala Dinas",
    "jenis_jabatan": "jpt_pratama",
    "berlaku_sejak": "2024-01-02",
    "status_jabatan": "utama",
}
CLERK = HEAD_OF_OFFICE | {
    "nip": "199001012024211902",
    "nama": "Danu Misalan",
    "email": "",
    "jenis_pegawai": "PPPK",
    "mulai_kontrak": "2024-03-01",
    "kode_unit": "BIDANG",
    "unit": "Bidang Contoh",
    "kode_unit_induk": "DINAS",
    "jenis_unit": "bidang",
    "kode_jabatan": "OPERATOR",
    "jabatan": "Operator Layanan",
    "jenis_jabatan": "pelaksana",
    "berlaku_sejak": "",
    "status_jabatan": "",
}


def file_of(*rows: dict[str, str], separator: str = ",") -> bytes:
    lines = [HEADER.split(","), *([row[column] for column in HEADER.split(",")] for row in rows)]
    return "\n".join(separator.join(line) for line in lines).encode()


def complaints(
    content: bytes, *, known_units: Collection[str] = (), limits: RosterLimits | None = None
) -> list[tuple[int, str | None, str]]:
    _, errors = read_roster(content, known_units=known_units, limits=limits)
    assert all(error.detail.endswith(".") for error in errors)
    return [(error.row, error.column, error.code) for error in errors]


def test_a_roster_gives_units_jobs_and_people_with_their_posts() -> None:
    roster, errors = read_roster(file_of(CLERK, HEAD_OF_OFFICE))

    assert errors == []
    assert roster.units == (
        Unit("DINAS", "Dinas Contoh", "dinas", None),
        Unit("BIDANG", "Bidang Contoh", "bidang", "DINAS"),
    ), "parents come before children, whatever the order of the rows"
    assert [(job.code, job.position_type) for job in roster.jobs] == [
        ("OPERATOR", "pelaksana"),
        ("KADIS", "jpt_pratama"),
    ]
    clerk, head = roster.people
    assert (clerk.employment_type, clerk.contract_start, clerk.email) == ("PPPK", date(2024, 3, 1), None)
    assert clerk.posts == (Post("BIDANG", "OPERATOR", True, None),)
    assert (head.employment_type, head.contract_start, head.row) == ("PNS", None, 3)
    assert head.posts == (Post("DINAS", "KADIS", True, date(2024, 1, 2)),)


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_separators_marks_and_line_ends_of_spreadsheets_are_understood(
    separator: str, mark: bytes, ending: bytes
) -> None:
    content = mark + file_of(HEAD_OF_OFFICE, CLERK, separator=separator).replace(b"\n", ending)

    roster, errors = read_roster(content)

    assert errors == []
    assert len(roster.people) == 2


def test_several_rows_of_one_person_are_several_posts() -> None:
    acting = HEAD_OF_OFFICE | {
        "kode_unit": "BIDANG",
        "unit": "Bidang Contoh",
        "kode_unit_induk": "DINAS",
        "jenis_unit": "bidang",
        "kode_jabatan": "KABID",
        "jabatan": "Kepala Bidang",
        "jenis_jabatan": "administrator",
        "status_jabatan": "pelaksana_tugas",
    }

    roster, errors = read_roster(file_of(HEAD_OF_OFFICE, acting))

    assert errors == []
    assert [(post.job, post.primary) for post in roster.people[0].posts] == [("KADIS", True), ("KABID", False)]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"nip": "12345"}, "nip", "nip_form"),
        ({"nip": "1972 0305 199803 1 901"}, "nip", "nip_form"),
        ({"nip": "1.97203E+17"}, "nip", "nip_rounded"),
        ({"nip": "197213051998031901"}, "nip", "nip_birth_date"),
        ({"nip": "197203051998211901"}, "nip", "nip_month"),
        ({"nip": "197203051998033901"}, "nip", "nip_month"),
        ({"nama": ""}, "nama", "empty"),
        ({"nama": "=HYPERLINK(1)"}, "nama", "formula"),
        ({"email": "ratri at kota"}, "email", "email_form"),
        ({"jenis_pegawai": "Honorer"}, "jenis_pegawai", "unknown_value"),
        ({"mulai_kontrak": "2024-03-01"}, "mulai_kontrak", "contract_start_of_pns"),
        ({"kode_unit": "DI NAS"}, "kode_unit", "form"),
        ({"jenis_unit": "Dinas!"}, "jenis_unit", "form"),
        ({"kode_unit_induk": "LAIN"}, "kode_unit_induk", "parent_unknown"),
        ({"kode_unit_induk": "DINAS"}, "kode_unit_induk", "parent_cycle"),
        ({"jenis_jabatan": "eselon_2"}, "jenis_jabatan", "unknown_value"),
        ({"berlaku_sejak": "02/01/2024"}, "berlaku_sejak", "date_form"),
        ({"berlaku_sejak": "20240102"}, "berlaku_sejak", "date_form"),
        ({"berlaku_sejak": "2024-02-30"}, "berlaku_sejak", "date_form"),
        ({"status_jabatan": "plt"}, "status_jabatan", "unknown_value"),
        ({"status_jabatan": "pelaksana_tugas"}, "status_jabatan", "no_primary_post"),
    ],
)
def test_a_faulty_value_is_an_error_with_row_and_column(changes: dict[str, str], column: str, code: str) -> None:
    content = file_of(HEAD_OF_OFFICE | changes)

    assert complaints(content) == [(2, column, code)]
    assert read_roster(content)[0].people == ()


def test_a_number_of_pppk_needs_no_month_in_its_middle() -> None:
    assert complaints(file_of(HEAD_OF_OFFICE, CLERK | {"nip": "199001012024991902"})) == []


def test_a_pppk_without_contract_start_is_refused() -> None:
    assert complaints(file_of(HEAD_OF_OFFICE, CLERK | {"mulai_kontrak": ""})) == [
        (3, "mulai_kontrak", "contract_start_missing")
    ]


def test_every_error_of_a_file_is_reported_at_once() -> None:
    content = file_of(
        HEAD_OF_OFFICE | {"nip": "1", "email": "x", "berlaku_sejak": "soon"},
        CLERK | {"nama": "", "jenis_jabatan": "staf"},
    )

    assert complaints(content) == [
        (2, "berlaku_sejak", "date_form"),
        (2, "email", "email_form"),
        (2, "nip", "nip_form"),
        (3, "jenis_jabatan", "unknown_value"),
        (3, "nama", "empty"),
    ]


def test_no_error_repeats_a_number_a_name_or_an_address() -> None:
    twice = file_of(
        HEAD_OF_OFFICE,
        HEAD_OF_OFFICE | {"nama": "Orang Lain"},
        CLERK | {"email": "RATRI@kota.example"},
        CLERK | {"nip": "1.99001E+17"},
    )

    _, errors = read_roster(twice)

    told = " ".join(error.detail for error in errors)
    assert {error.code for error in errors} >= {"person_conflict", "duplicate_post", "email_shared", "nip_rounded"}
    assert not any(secret in told for secret in ("1972030519", "1.99001", "Ratri", "Orang Lain", "kota.example"))


def test_a_person_is_taken_whole_or_not_at_all() -> None:
    acting = CLERK | {"kode_jabatan": "LAIN", "jabatan": "", "status_jabatan": "pelaksana_tugas"}

    roster, errors = read_roster(file_of(HEAD_OF_OFFICE, CLERK, acting))

    assert [(error.row, error.column) for error in errors] == [(4, "jabatan")]
    assert [person.name for person in roster.people] == ["Ratri Andaian"]
    assert [unit.code for unit in roster.units] == ["DINAS", "BIDANG"], "her unit is described without fault"


def test_two_primary_posts_of_one_person_are_refused() -> None:
    second = HEAD_OF_OFFICE | {"kode_jabatan": "SEKDIS", "jabatan": "Sekretaris", "jenis_jabatan": "administrator"}

    assert complaints(file_of(HEAD_OF_OFFICE, second)) == [(3, "status_jabatan", "two_primary_posts")]


def test_the_same_post_twice_is_refused() -> None:
    assert complaints(file_of(HEAD_OF_OFFICE, HEAD_OF_OFFICE)) == [(3, "nip", "duplicate_post")]


def test_a_unit_a_job_or_a_person_described_in_two_ways_is_refused() -> None:
    colleague = CLERK | {"nip": "199001012024211903"}
    content = file_of(
        HEAD_OF_OFFICE,
        CLERK,
        colleague | {"unit": "Bidang Lain"},
        colleague | {"jenis_jabatan": "pengawas", "status_jabatan": "pelaksana_tugas"},
        colleague | {"nama": "Nama Lain", "kode_jabatan": "KABID", "status_jabatan": "pelaksana_tugas"},
    )

    assert complaints(content) == [
        (4, "kode_unit", "unit_conflict"),
        (5, "kode_jabatan", "job_conflict"),
        (6, "nip", "person_conflict"),
    ]


def test_units_in_a_ring_and_all_below_them_are_refused() -> None:
    top = HEAD_OF_OFFICE | {"kode_unit_induk": "BIDANG"}
    below = CLERK | {"nip": "199001012024211903", "kode_unit": "SEKSI", "unit": "Seksi", "kode_unit_induk": "BIDANG"}
    content = file_of(top, CLERK, below)

    assert complaints(content) == [(row, "kode_unit_induk", "parent_cycle") for row in (2, 3, 4)]
    assert read_roster(content)[0].units == ()


def test_a_parent_that_exists_already_may_stay_outside_the_file() -> None:
    assert complaints(file_of(CLERK)) == [(2, "kode_unit_induk", "parent_unknown")]
    assert complaints(file_of(CLERK), known_units={"DINAS"}) == []


def test_a_faulty_person_does_not_take_the_unit_from_the_others() -> None:
    assert complaints(file_of(HEAD_OF_OFFICE | {"nip": "1"}, CLERK)) == [(2, "nip", "nip_form")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (1, None, "file_empty")),
        (b"\xef\xbb\xbf \n", (1, None, "file_empty")),
        (file_of(), (2, None, "no_rows")),
        (file_of(HEAD_OF_OFFICE).replace(b"Ratri", b"R\xe1tri"), (2, None, "not_utf8")),
        (file_of(HEAD_OF_OFFICE).decode().encode("utf-16"), (1, None, "not_utf8")),
        (file_of(HEAD_OF_OFFICE).replace(b"nama,", b"Nama lengkap,"), (1, "nama", "column_missing")),
        (file_of(HEAD_OF_OFFICE).replace(b"email,", b"nama,"), (1, "email", "column_missing")),
        (file_of(HEAD_OF_OFFICE) + b",ekstra", (2, None, "field_count")),
        (file_of(HEAD_OF_OFFICE).replace(b"Ratri", b'"Ratri'), (2, None, "csv_broken")),
        (file_of(HEAD_OF_OFFICE).replace(b"Ratri", b"Ra\x00tri"), (2, "nama", "control_character")),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_its_row(
    content: bytes, expected: tuple[int, str | None, str]
) -> None:
    assert expected in complaints(content)
    assert read_roster(content)[0].people == ()


def test_unknown_and_repeated_columns_are_named() -> None:
    content = file_of(HEAD_OF_OFFICE).replace(b"status_jabatan", b"status_jabatan,golongan,nip,")

    assert complaints(content) == [
        (1, "(number 17, without a name)", "column_unknown"),
        (1, "golongan", "column_unknown"),
        (1, "nip", "column_twice"),
    ]


def test_limits_are_kept_and_named() -> None:
    rows = file_of(HEAD_OF_OFFICE, CLERK)

    assert complaints(rows, limits=RosterLimits(max_rows=1)) == [(3, None, "too_many_rows")]
    assert complaints(rows, limits=RosterLimits(max_bytes=100)) == [(1, None, "file_too_large")]
    assert (2, "nama", "too_long") in complaints(rows, limits=RosterLimits(max_field=12))


def test_empty_rows_are_passed_over_but_counted() -> None:
    content = file_of(HEAD_OF_OFFICE) + b"\n,,,,,,,,,,,,,\n\n" + file_of(CLERK | {"nama": ""}).partition(b"\n")[2]

    assert complaints(content) == [(5, "nama", "empty")]


def test_the_demo_city_can_be_read_without_errors() -> None:
    roster, errors = read_roster(DEMO.read_bytes())

    assert errors == []
    assert len(roster.people) >= 40
    assert len(roster.units) >= 4
    assert {person.employment_type for person in roster.people} == {"PNS", "PPPK"}
    assert {person.nip[15] for person in roster.people} == {"9"}, "serial numbers 9xx mark invented people"
    assert any(len(person.posts) > 1 for person in roster.people)
