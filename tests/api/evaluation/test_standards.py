"""Frameworks and job standards from CSV files."""

import pytest

from shared.events.evaluation import FrameworkPublished
from tests.api.evaluation.city import City

TWO = "kode_kompetensi,nama\nPP,Pelayanan Publik\nKS,Kerja Sama\n"
LEVELS = "kode_jabatan,kode_kompetensi,tingkat\nJ1,PP,4\nJ1,KS,2\n"
SINCE = "?valid_from=2026-01-01"


def test_a_published_framework_is_said_and_found_where_its_location_says(city: City) -> None:
    answer = city.analyst.send(f"/frameworks{SINCE}", TWO)
    assert (answer.status_code, answer.json["version"], answer.json["valid_from"]) == (201, 1, "2026-01-01")
    assert answer.json["competencies"][1] == {"code": "KS", "name": "Kerja Sama"}
    (said,) = city.said(FrameworkPublished)
    assert (str(said.framework), said.version, len(said.competencies)) == (answer.json["id"], 1, 2)
    assert city.learner().get(answer.headers["Location"]).json == answer.json


def test_the_same_competencies_again_are_no_new_version(city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    again = city.administrator.send("/frameworks", TWO)
    assert (again.status_code, again.json["version"]) == (200, 1)
    assert len(city.said(FrameworkPublished)) == 1


def test_other_competencies_are_the_next_version_of_the_same_framework(city: City) -> None:
    first = city.analyst.send(f"/frameworks{SINCE}", TWO).json
    second = city.analyst.send("/frameworks?valid_from=2026-06-01", f"{TWO}INT;\n".replace(";", ",Integritas")).json
    assert (second["id"], second["version"]) == (first["id"], 2)
    listed = city.learner().get("/frameworks?limit=1").json
    assert [one["version"] for one in listed["items"]] == [1]
    assert [one["version"] for one in city.learner().get(f"/frameworks?after={listed['next']}").json["items"]] == [2]


def test_a_version_cannot_begin_before_the_one_it_follows(city: City) -> None:
    city.analyst.send("/frameworks?valid_from=2026-06-01", TWO)
    answer = city.analyst.send("/frameworks?valid_from=2026-05-31", f"{TWO}INT,Integritas\n")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/version-begins-too-early")


@pytest.mark.parametrize(
    ("content", "row", "column", "code"),
    [
        ("kode_kompetensi,name\nPP,Pelayanan\n", "1", "nama", "column_missing"),
        ("kode_kompetensi,nama\nPP,Pelayanan\nPP,Lagi\n", "3", "kode_kompetensi", "code_twice"),
        ("kode_kompetensi,nama\nP P,Pelayanan\n", "2", "kode_kompetensi", "code_wrong"),
        ("kode_kompetensi,nama\nPP,=1+1\n", "2", "nama", "formula"),
        ("kode_kompetensi,nama\nPP,\n", "2", "nama", "empty"),
        ("kode_kompetensi,nama\n", "2", None, "no_rows"),
        ("", "1", None, "file_empty"),
    ],
)
def test_a_faulty_framework_file_is_refused_by_row(
    city: City, content: str, row: str, column: str | None, code: str
) -> None:
    answer = city.analyst.send("/frameworks", content)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/file-has-errors")
    assert {"column": column, "code": code} in [
        {"column": one["column"], "code": one["code"]} for one in answer.json["errors"][row]
    ]
    assert city.said(FrameworkPublished) == []


def test_a_file_of_another_type_and_a_day_that_is_none_are_refused(city: City) -> None:
    assert city.analyst.send("/frameworks", TWO, "application/json").status_code == 415
    assert "valid_from" in city.analyst.send("/frameworks?valid_from=soon", TWO).json["errors"]


def test_a_standard_is_set_for_a_job_and_a_changed_one_is_its_next_version(city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    first = city.analyst.send(f"/job-standards{SINCE}", LEVELS)
    assert first.status_code == 201
    assert first.json["items"][0]["requirements"] == [
        {"competency": "KS", "level": 2, "critical": False},
        {"competency": "PP", "level": 4, "critical": False},
    ]
    assert city.analyst.send("/job-standards", LEVELS).status_code == 200
    changed = city.analyst.send("/job-standards", LEVELS.replace("KS,2", "KS,3"))
    assert (changed.status_code, changed.json["items"][0]["version"]) == (201, 2)
    listed = city.learner().get("/job-standards?job=J1").json["items"]
    assert [one["version"] for one in listed] == [1, 2]
    assert city.learner().get("/job-standards?job=J2").json["items"] == []


def test_a_standard_names_every_row_to_mend_at_once(city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    rows = "kode_jabatan;kode_kompetensi;tingkat\nJ1;PX;3\nJ1;PP;6\nJ1;KS;2\nJ1;KS;3\nJ1;KS\n"
    errors = city.analyst.send(f"/job-standards{SINCE}", rows).json["errors"]
    assert {row: [one["code"] for one in some] for row, some in errors.items()} == {
        "2": ["competency_unknown"],
        "3": ["level_wrong"],
        "5": ["competency_twice"],
        "6": ["field_count"],
    }


def test_a_competency_counts_from_the_day_its_framework_is_in_force(city: City) -> None:
    city.analyst.send("/frameworks?valid_from=2026-06-01", TWO)
    early = city.analyst.send("/job-standards?valid_from=2026-05-31", LEVELS)
    assert early.json["errors"]["2"][0]["code"] == "competency_unknown"


def test_a_job_that_has_not_arrived_yet_is_worth_another_try(city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    answer = city.analyst.send(f"/job-standards{SINCE}", LEVELS.replace("J1", "J9"))
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-yet-known")
    assert answer.headers["Retry-After"] == "1"
    assert answer.json["parameters"]["jobs"] == ["J9"]


def test_a_version_that_never_was_is_not_found(city: City) -> None:
    for version in (1, 10**30):
        assert city.learner().get(f"/frameworks/{version}").status_code == 404


def test_a_critical_competency_is_marked_in_a_column_that_may_be_left_out(city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    marked = "kode_jabatan,kode_kompetensi,tingkat,kritis\nJ1,PP,4,ya\nJ1,KS,2,\n"
    asked = city.analyst.send(f"/job-standards{SINCE}", marked).json["items"][0]["requirements"]
    assert [(one["competency"], one["critical"]) for one in asked] == [("KS", False), ("PP", True)]
    assert city.analyst.send("/job-standards", marked.replace("2,", "2,tidak")).status_code == 200
    assert city.analyst.send("/job-standards", LEVELS).status_code == 201
    wrong = city.analyst.send("/job-standards", marked.replace("ya", "sangat")).json["errors"]["2"]
    assert [(one["column"], one["code"]) for one in wrong] == [("kritis", "critical_wrong")]
    person = city.person()
    city.analyst.send("/job-standards", marked)
    gaps = city.learner(person).get("/me/profile").json["competencies"]
    assert {one["competency"]: one["critical"] for one in gaps} == {"PP": True, "KS": False}


def test_a_rule_set_shows_every_number_beside_its_source(city: City) -> None:
    (listed,) = city.learner().get("/rule-sets").json["items"]
    shown = city.learner().get(f"/rule-sets/{listed['code']}").json
    assert listed.items() <= shown.items()
    assert (shown["code"], shown["valid_from"]) == ("nasional-2019-01", "2019-01-01")
    half_life = shown["payload"]["level"]["half_life_months"]
    assert half_life["value"] == 12
    assert half_life["source"].startswith("own choice")
    assert shown["payload"].keys() == {"evidence", "level", "job_person_match", "learning_hours", "display"}


def test_a_rule_set_that_never_was_is_not_found(city: City) -> None:
    for code in ("nasional-1900-01", "%27;--", "x" * 41):
        assert city.learner().get(f"/rule-sets/{code}").status_code == 404


def test_only_analysts_and_administrators_set_standards(city: City) -> None:
    for path in ("/frameworks", "/job-standards"):
        for outsider in (city.learner(), city.visitor("trainer", "manager"), city.visitor()):
            assert outsider.send(path, TWO).status_code == 403


def test_another_tenant_sees_no_standard(city: City, other_city: City) -> None:
    city.analyst.send(f"/frameworks{SINCE}", TWO)
    city.analyst.send(f"/job-standards{SINCE}", LEVELS)
    stranger = other_city.analyst
    assert stranger.get("/frameworks").json["items"] == stranger.get("/job-standards").json["items"] == []
    assert stranger.get("/frameworks/1").status_code == 404
    assert stranger.send(f"/job-standards{SINCE}", LEVELS).json["errors"]["2"][0]["code"] == "competency_unknown"
