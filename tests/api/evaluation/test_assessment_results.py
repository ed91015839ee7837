"""What raters found, from a CSV file into the ledger."""

from datetime import date
from uuid import UUID

import pytest

from shared.events.evaluation import CompetencyLevelChanged, EvidenceRecorded
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import TODAY

HEADER = "person,kode_kompetensi,tingkat,peran,tanggal\n"
PATH = "/assessment-results"


@pytest.fixture
def city(city: City) -> City:
    city.analyst.send("/frameworks?valid_from=2026-10-01", "kode_kompetensi,nama\nPP,Pelayanan Publik\nKS,Kerja Sama\n")
    return city


def row(
    person: UUID,
    level: object = 3,
    *,
    competency: str = "PP",
    role: str = "assessment_centre",
    on: object = "2025-03-04",
) -> str:
    return f"{person},{competency},{level},{role},{on}\n"


def codes(errors: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["row"], one["code"]) for one in errors]


def test_a_result_becomes_a_line_of_the_ledger_and_a_level(city: City) -> None:
    person = city.person()
    answer = city.analyst.send(PATH, HEADER + row(person))
    assert (answer.status_code, answer.json["recorded"], answer.json["errors"]) == (200, 1, [])
    (said,) = city.said(EvidenceRecorded)
    assert (said.person, said.kind, said.competency, said.level) == (person, "rating", "PP", 3)
    assert (said.rater_role, said.dated_on) == ("assessment_centre", date(2025, 3, 4))
    city.hear_itself()
    (line,) = city.learner(person).get("/me/evidence").json["items"]
    assert (line["kind"], line["rater_role"], line["level"]) == ("rating", "assessment_centre", 3)
    assert line["weights"] == [-4.922129, -2.494734, 0.0, -2.494734, -4.922129]
    assert (line["piece"], line["event"], line["standing"]) == (str(said.piece), str(said.id), "counts")
    (competency,) = city.learner(person).get("/me/profile").json["competencies"]
    assert (competency["level"], competency["name"]) == (3, "Pelayanan Publik")
    assert [one.to for one in city.said(CompetencyLevelChanged)] == [3]


def test_the_same_file_again_records_nothing(city: City) -> None:
    content = HEADER + row(city.person()) + row(city.person(), 4, role="supervisor")
    assert city.analyst.send(PATH, content).json["recorded"] == 2
    again = city.administrator.send(PATH, content).json
    assert (again["recorded"], again["known"], again["withdrawn"]) == (0, 2, 0)
    assert len(city.said(EvidenceRecorded)) == 2


def test_another_competency_role_or_day_is_another_result(city: City) -> None:
    person = city.person()
    content = HEADER + "".join(
        [row(person), row(person, competency="KS"), row(person, role="peer"), row(person, on="2025-03-05")]
    )
    assert city.analyst.send(PATH, content).json["recorded"] == 4


def test_a_dry_run_says_what_would_happen_and_changes_nothing(city: City) -> None:
    content = HEADER + row(city.person()) + row(city.person(), 9)
    dry = city.analyst.send(f"{PATH}?dry_run=true", content)
    assert (dry.status_code, dry.json["dry_run"], dry.json["rows"], dry.json["recorded"]) == (200, True, 2, 1)
    assert (codes(dry.json["errors"]), dry.json["error_count"]) == ([(3, "level_wrong")], 1)
    assert city.said(EvidenceRecorded) == []
    assert city.analyst.send(f"{PATH}?good_rows=true", content).json["recorded"] == 1


def test_a_file_with_errors_is_taken_whole_or_not_at_all_unless_the_good_rows_are_asked_for(city: City) -> None:
    person = city.person()
    content = HEADER + "".join(
        [
            row(person),
            row(new_id()),
            row(person, competency="PX"),
            row(person, 6),
            row(person, role="boss"),
            row(person, on="04-03-2025"),
            row(person, on="2026-02-30"),
            row(person, on="2026-11-04"),
            row(person, on="2018-12-31"),
            row(person, 4),
            "197001011990031001,PP,3,peer,2025-03-04\n",
        ]
    )
    answer = city.analyst.send(PATH, content)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/file-has-errors")
    assert {row: [one["code"] for one in some] for row, some in answer.json["errors"].items()} == {
        "3": ["person_not_yet_known"],
        "4": ["competency_unknown"],
        "5": ["level_wrong"],
        "6": ["role_wrong"],
        "7": ["day_wrong"],
        "8": ["day_wrong"],
        "9": ["day_to_come"],
        "10": ["day_too_early"],
        "11": ["result_twice"],
        "12": ["person_wrong"],
    }
    assert city.said(EvidenceRecorded) == []
    taken = city.analyst.send(f"{PATH}?good_rows=true", content).json
    assert (taken["recorded"], taken["error_count"]) == (1, 10)
    assert [one.level for one in city.said(EvidenceRecorded)] == [3]


def test_today_in_the_city_is_a_day_that_has_come(city: City) -> None:
    assert city.analyst.send(PATH, HEADER + row(city.person(), on=TODAY)).json["recorded"] == 1


def test_a_changed_level_is_refused_until_the_first_one_is_withdrawn(city: City) -> None:
    person = city.person()
    city.analyst.send(PATH, HEADER + row(person))
    (first,) = city.said(EvidenceRecorded)
    changed = city.analyst.send(PATH, HEADER + row(person, 4))
    ((error,),) = changed.json["errors"].values()
    assert (changed.status_code, error["code"]) == (422, "level_changed")
    assert str(first.piece) in error["detail"]
    assert city.analyst.put(f"/evidence/{first.piece}/withdrawal", {"reason": "recorded_in_error"}).status_code == 200
    assert city.analyst.send(PATH, HEADER + row(person)).json["withdrawn"] == 1
    assert city.analyst.send(PATH, HEADER + row(person, 4)).json["recorded"] == 1
    again = city.analyst.send(PATH, HEADER + row(person, 4)).json
    assert (again["recorded"], again["known"]) == (0, 1)
    city.hear_itself()
    (competency,) = city.learner(person).get("/me/profile").json["competencies"]
    assert competency["level"] == 4
    lines = city.learner(person).get("/me/evidence").json["items"]
    assert sorted((one["level"], one["standing"]) for one in lines) == [(3, "withdrawn"), (4, "counts")]


def test_what_was_withdrawn_by_mistake_is_recorded_anew_only_if_that_is_asked_for(city: City) -> None:
    content = HEADER + row(city.person())
    city.analyst.send(PATH, content)
    (first,) = city.said(EvidenceRecorded)
    city.analyst.put(f"/evidence/{first.piece}/withdrawal", {"reason": "recorded_in_error"})
    kept = city.analyst.send(PATH, content).json
    anew = city.analyst.send(f"{PATH}?anew=true", content).json
    again = city.analyst.send(f"{PATH}?anew=true", content).json
    counted = [(one["recorded"], one["known"], one["withdrawn"]) for one in (kept, anew, again)]
    assert counted == [(0, 0, 1), (1, 0, 0), (0, 1, 0)]
    city.hear_itself()
    lines = city.learner(first.person).get("/me/evidence").json["items"]
    assert sorted((one["level"], one["standing"]) for one in lines) == [(3, "counts"), (3, "withdrawn")]


def test_a_score_is_recorded_with_its_error_in_the_place_of_a_level(city: City) -> None:
    person, other = city.person(), city.person()
    header = "person,kode_kompetensi,tingkat,peran,tanggal,score,sem\n"
    content = f"{header}{person},PP,,expert,2025-03-04,3.4,0.6\n{other},PP,2,expert,2025-03-04,,\n"
    assert city.analyst.send(PATH, content).json["recorded"] == 2
    said = {one.person: one for one in city.said(EvidenceRecorded)}
    assert (said[person].kind, said[person].score, said[person].sem, said[person].level) == ("score", 3.4, 0.6, None)
    assert (said[other].kind, said[other].level, said[other].score) == ("rating", 2, None)
    assert city.analyst.send(PATH, content).json["known"] == 2
    changed = city.analyst.send(PATH, content.replace("3.4", "3.5")).json["errors"]["2"]
    assert changed[0]["code"] == "level_changed"
    assert "score 3.4 ± 0.6" in changed[0]["detail"]


def test_a_row_without_a_level_or_with_half_a_score_is_an_error_of_that_row(city: City) -> None:
    person = city.person()
    header = "person,kode_kompetensi,tingkat,peran,tanggal,score,sem\n"
    rows = [",peer,2025-03-04,,", ",peer,2025-03-05,3,", "3,peer,2025-03-06,3,0.5", ",peer,2025-03-07,5.1,9"]
    content = header + "".join(f"{person},PP,{one}\n" for one in rows)
    errors = city.analyst.send(PATH, content).json["errors"]
    assert {row: [one["code"] for one in some] for row, some in errors.items()} == {
        "2": ["empty"],
        "3": ["sem_wrong"],
        "4": ["level_and_score"],
        "5": ["score_wrong", "sem_wrong"],
    }


def test_a_file_that_cannot_be_read_is_refused_also_in_a_dry_run(city: City) -> None:
    assert city.analyst.send(f"{PATH}?dry_run=true", "nip,kode\n1,2\n").status_code == 422
    assert city.analyst.send(PATH, "", "application/json").status_code == 415
    assert "dry_run" in city.analyst.send(f"{PATH}?dry_run=perhaps", HEADER).json["errors"]


def test_only_analysts_and_administrators_record_results(city: City) -> None:
    content = HEADER + row(city.person())
    for outsider in (city.learner(), city.visitor("trainer", "manager"), city.visitor()):
        assert outsider.send(PATH, content).status_code == 403


def test_people_of_another_city_are_not_known_there(city: City, other_city: City) -> None:
    other_city.analyst.send("/frameworks", "kode_kompetensi,nama\nPP,Pelayanan Publik\n")
    errors = other_city.analyst.send(PATH, HEADER + row(city.person())).json["errors"]
    assert [one["code"] for one in errors["2"]] == ["person_not_yet_known"]
