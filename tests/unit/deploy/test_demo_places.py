"""The demo's cities and university fit together: what one of their files names, another one holds."""

import csv
import io
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from deploy.demo.inventing import CITIES, NINE, ROSTER, invented
from deploy.demo.places import HERE, Place, cities, provider, rows_in
from deploy.demo.workbook import workbook
from services.identity.roster import read_roster

FIRST_PLAYED_DAY = date(2026, 8, 24)

every_city = pytest.mark.parametrize("place", cities(), ids=lambda place: place.code)


def test_there_are_three_cities_and_a_university() -> None:
    assert [one.name for one in cities()] == ["Kota Semarang", "Kota Tanjungpinang", "Kota Tangerang Selatan"]
    assert provider().said["kind"] == "provider"
    assert {ZoneInfo(one.zone).key for one in cities()} == {"Asia/Jakarta"}


@every_city
def test_a_roster_reads_without_errors_and_holds_two_hundred_people_of_both_kinds_and_acting_posts(
    place: Place,
) -> None:
    roster, errors = read_roster((place.folder / "roster.csv").read_bytes())

    assert errors == []
    assert len(roster.people) >= 200
    assert {person.employment_type for person in roster.people} == {"PNS", "PPPK"}
    assert {job.position_type for job in roster.jobs} >= {"jpt_pratama", "administrator", "pengawas", "pelaksana"}
    assert any(not post.primary for person in roster.people for post in person.posts)
    assert {unit.unit_type for unit in roster.units} >= {"dinas", "badan", "bidang", "kecamatan"}


@every_city
def test_every_post_was_held_before_the_first_played_day_and_after_its_holder_was_appointed(place: Place) -> None:
    for row in place.roster:
        assert date.fromisoformat(row["berlaku_sejak"]) < FIRST_PLAYED_DAY
        if row["jenis_pegawai"] == "PPPK":
            assert row["mulai_kontrak"] <= row["berlaku_sejak"]
            assert row["nip"][8:14] == f"{row['mulai_kontrak'][:4]}21"
        else:
            assert row["nip"][8:12] < row["berlaku_sejak"][:4]
    assert {row["nip"][15] for row in place.roster} == {"9"}, "serial numbers 9xx mark invented people"


def test_nobody_is_in_two_cities_and_no_name_or_address_stands_for_two() -> None:
    people = {row["nip"]: row for place in cities() for row in place.roster}
    holders = [{row["nip"] for row in place.roster} for place in cities()]

    assert len(people) == sum(map(len, holders))
    assert len({row["nama"] for row in people.values()}) == len(people)
    addresses = [row["email"] for row in people.values() if row["email"]]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in addresses)


@every_city
def test_every_job_of_a_roster_has_a_standard_for_every_competency(place: Place) -> None:
    jobs = {row["kode_jabatan"] for row in place.roster}
    standards = rows_in(place.folder / "job-standards.csv")

    assert [row["kode_kompetensi"] for row in rows_in(place.folder / "framework.csv")] == list(NINE)
    assert sorted((row["kode_jabatan"], row["kode_kompetensi"]) for row in standards) == sorted(
        (job, competency) for job in jobs for competency in NINE
    )
    assert all(1 <= int(row["tingkat"]) <= 5 for row in standards)


@every_city
def test_an_assessment_centre_found_a_level_in_each_competency_for_a_part_of_the_people(place: Place) -> None:
    results = rows_in(place.folder / "assessment-results.csv")
    assessed = {row["nip"] for row in results}

    assert 30 <= len(assessed) < len(place.roster) / 2
    assert assessed < {row["nip"] for row in place.roster}
    assert len({(row["nip"], row["kode_kompetensi"], row["tanggal"]) for row in results}) == len(results)
    assert len(results) == len(NINE) * len(assessed)
    assert {row["peran"] for row in results} == {"assessment_centre"}
    assert all(1 <= int(row["tingkat"]) <= 5 for row in results)
    assert max(date.fromisoformat(row["tanggal"]) for row in results) < FIRST_PLAYED_DAY


@every_city
def test_each_role_has_a_holder_of_its_own(place: Place) -> None:
    roles = ("learner", "trainer", "manager", "analyst", "administrator")

    assert tuple(place.said["accounts"]) == roles
    assert len({place.holder(role)["nip"] for role in roles}) == len(roles)


@pytest.mark.parametrize("place", [*cities(), provider()], ids=lambda place: place.code)
def test_the_courses_of_a_place_are_there(place: Place) -> None:
    assert all((folder / "course" / "course.yaml").is_file() for folder in place.courses)


def test_the_files_are_what_the_seed_gives() -> None:
    taken: set[str] = set()
    for city in CITIES:
        for name, rows in invented(city, taken).items():
            assert rows_in(HERE / city / name) == rows, f"{city}/{name}: run `python -m deploy.demo.inventing`."


def test_a_roster_sent_as_a_workbook_reads_as_its_csv() -> None:
    place = next(one for one in cities() if one.said["roster"] == "xlsx")
    content = (place.folder / "roster.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))

    assert tuple(rows[0]) == ROSTER
    assert read_roster(workbook(rows), form="xlsx") == read_roster(content)
