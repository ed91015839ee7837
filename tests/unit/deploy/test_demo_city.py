"""The demo city's files fit together: what one of them names, another one holds."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from deploy.demo.bundle import course_bundle
from services.assessment.gift import read_gift
from services.catalogue.manifest import read_manifest
from services.identity.roster import read_roster

CITY = Path(__file__).parents[3] / "deploy" / "demo" / "semarang"
NATIONAL_NINE = ["INT", "KS", "KOM", "OPH", "PP", "PDOL", "MP", "PK", "PB"]


def rows_of(name: str) -> list[dict[str, str]]:
    with (CITY / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_city_has_a_zone_that_exists() -> None:
    city = yaml.safe_load((CITY / "city.yaml").read_text(encoding="utf-8"))

    assert (city["code"], city["name"]) == ("semarang", "Kota Semarang")
    assert ZoneInfo(city["zone"]).key == "Asia/Jakarta"


def test_every_job_of_the_roster_has_a_standard_for_every_competency() -> None:
    roster, _ = read_roster((CITY / "roster.csv").read_bytes())
    standards = rows_of("job-standards.csv")

    assert [row["kode_kompetensi"] for row in rows_of("framework.csv")] == NATIONAL_NINE
    assert sorted((row["kode_jabatan"], row["kode_kompetensi"]) for row in standards) == sorted(
        (job.code, competency) for job in roster.jobs for competency in NATIONAL_NINE
    )
    assert all(1 <= int(row["tingkat"]) <= 5 for row in standards)


def test_the_course_leads_to_competencies_of_the_framework() -> None:
    manifest = read_manifest(course_bundle(CITY / "course"))

    assert {outcome.competency for outcome in manifest.outcomes} <= set(NATIONAL_NINE)


def test_the_assessments_are_those_of_the_course_and_their_banks_suffice() -> None:
    manifest = read_manifest(course_bundle(CITY / "course"))
    assessments = yaml.safe_load((CITY / "assessments.yaml").read_text(encoding="utf-8"))["assessments"]

    assert [(each["code"], each["role"]) for each in assessments] == [
        (each.code, each.role) for each in manifest.assessments
    ]
    for each in assessments:
        questions = read_gift((CITY / each["bank"]).read_bytes()).questions
        assert 12 <= each["questions"] <= len(questions)
        assert all(question.title.startswith(each["code"]) for question in questions)


def test_the_right_option_cannot_be_told_by_its_place_or_length() -> None:
    for bank in ("pre-test.gift", "post-test.gift"):
        questions = read_gift((CITY / bank).read_bytes()).questions
        places = [[option.correct for option in question.options].index(True) for question in questions]
        longest = [max(question.options, key=lambda option: len(option.text)).correct for question in questions]
        assert max(places.count(place) for place in range(4)) <= len(questions) / 2
        assert sum(longest) <= len(questions) / 2
