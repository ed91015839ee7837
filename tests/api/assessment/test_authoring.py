"""Banks, files of questions, and the publication of assessments."""

from datetime import date
from typing import Any

import pytest

from services.assessment.app import service
from shared.events.assessment import AssessmentPublished
from shared.events.catalogue import Outcome
from shared.events.evaluation import Competency, FrameworkPublished
from shared.ids import NATIONAL, new_id
from shared.migrations import differences
from shared.web.auth import Role
from tests.api.assessment.conftest import GIFT, City, House

FAULTY = GIFT + "\n// [tag:kompetensi:PP] [tag:tingkat:9]\nBerapa?{=1 ~2}\n"
ESSAY = GIFT + "\n// [tag:kompetensi:PP] [tag:tingkat:2]\nCeritakan.{}\n"


def test_the_migrations_make_what_the_models_say(house: House) -> None:
    assert differences(service, house.worker) == []


def test_a_bank_is_made_and_found(city: City) -> None:
    made = city.trainer.post("/banks", json={"code": "pp-1", "title": "Pelayanan publik"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/assessment/banks/{made.json['id']}"
    assert made.json == {"id": made.json["id"], "code": "pp-1", "title": "Pelayanan publik"}
    assert city.trainer.get("/banks").json == {"items": [made.json], "next": None}
    assert city.trainer.get(f"/banks/{made.json['id']}").json == made.json


def test_a_code_is_taken_once_in_a_city(city: City) -> None:
    bank = city.bank()
    city.assessment(bank)
    again = city.trainer.post("/banks", json={"code": "bank", "title": "Bank"})
    wanted = {"code": "post", "title": "Tes", "role": "post", "bank": bank}
    again_too = city.trainer.post("/assessments", json=wanted)
    assert (again.status_code, again.json["type"]) == (409, "/problems/bank-code-is-taken")
    assert (again_too.status_code, again_too.json["type"]) == (409, "/problems/assessment-code-is-taken")
    assert again.json["parameters"] == {"code": "bank", "bank": bank}
    City(city.house).bank()


@pytest.mark.parametrize(
    "wrong",
    [{}, {"code": "x"}, {"code": "has space", "title": "T"}, {"code": "x", "title": ""}, {"code": 3, "title": "T"}],
)
def test_a_bank_needs_a_code_and_a_title(city: City, wrong: dict[str, Any]) -> None:
    answer = city.trainer.post("/banks", json=wrong)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_a_file_is_taken_once(city: City) -> None:
    bank = city.bank(gift="")
    first, again = city.import_gift(bank, GIFT), city.import_gift(bank, GIFT)
    counts = ("added", "revised", "unchanged")
    assert [first.json[name] for name in counts] == [3, 0, 0]
    assert [again.json[name] for name in counts] == [0, 0, 3]
    assert first.json["errors"] == first.json["not_carried_over"] == []
    listed = city.trainer.get(f"/banks/{bank}/questions").json["items"]
    assert [(one["number"], one["title"]) for one in listed] == [(1, "Standar"), (2, "Keluhan"), (3, "Gratifikasi")]


def test_authors_see_questions_with_their_keys_page_by_page(city: City) -> None:
    bank = city.bank()
    page = city.trainer.get(f"/banks/{bank}/questions?limit=2").json
    (question, _) = page["items"]
    key = next(one for one in question["options"] if one["id"] == question["correct"])
    assert key == {"id": question["correct"], "text": "Penyelenggara", "feedback": "Betul sekali."}
    assert (question["kind"], question["competency"], question["level"]) == ("single_choice", "PP", 3)
    assert (question["revision"], question["calibration"], question["feedback"]) == (1, None, "Lihat Pasal 20.")
    rest = city.trainer.get(f"/banks/{bank}/questions?limit=2&after={page['next']}").json
    assert ([one["kind"] for one in rest["items"]], rest["next"]) == (["true_false"], None)


def test_a_preview_changes_nothing(city: City) -> None:
    bank = city.bank(gift="")
    preview = city.import_gift(bank, FAULTY, "?dry_run=true")
    assert preview.status_code == 200
    assert (preview.json["dry_run"], preview.json["added"]) == (True, 3)
    assert preview.json["questions"][0]["options"][0] == {
        "text": "Penyelenggara",
        "correct": True,
        "feedback": "Betul sekali.",
    }
    assert [(one["question"], one["line"], one["code"]) for one in preview.json["errors"]] == [(4, 14, "level_form")]
    assert city.trainer.get(f"/banks/{bank}/questions").json["items"] == []


def test_a_preview_of_a_changed_file_retires_nothing(city: City) -> None:
    bank = city.bank()
    preview = city.import_gift(bank, GIFT.replace("=14", "=10"), "?dry_run=true")
    assert [preview.json[name] for name in ("added", "revised", "unchanged")] == [0, 1, 2]
    assert [one["revision"] for one in city.trainer.get(f"/banks/{bank}/questions").json["items"]] == [1, 1, 1]


def test_a_file_with_errors_is_not_taken_unless_the_good_questions_are_asked_for(city: City) -> None:
    bank = city.bank(gift="")
    refused = city.import_gift(bank, FAULTY)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/questions-have-errors")
    assert refused.json["errors"]["4"][0]["line"] == 14
    assert city.trainer.get(f"/banks/{bank}/questions").json["items"] == []
    taken = city.import_gift(bank, FAULTY, "?good_questions=true")
    assert (taken.status_code, taken.json["added"], len(taken.json["errors"])) == (200, 3, 1)


def test_a_file_that_cannot_be_read_has_no_good_questions(city: City) -> None:
    bank = city.bank(gift="")
    path = f"/banks/{bank}/gift-imports?good_questions=true"
    answer = city.trainer.post(path, data=b"\xff\xfe", content_type="text/plain")
    assert (answer.status_code, answer.json["errors"]["0"][0]["code"]) == (422, "not_utf8")


def test_what_is_not_carried_over_is_told(city: City) -> None:
    taken = city.import_gift(city.bank(gift=""), ESSAY)
    assert (taken.status_code, taken.json["added"]) == (200, 3)
    (left,) = taken.json["not_carried_over"]
    assert (left["question"], left["line"], left["kind"]) == (4, 15, "essay")


def test_a_changed_question_becomes_the_next_revision(city: City) -> None:
    bank = city.bank()
    taken = city.import_gift(bank, GIFT.replace("=14", "=10"))
    assert [taken.json[name] for name in ("added", "revised", "unchanged")] == [0, 1, 2]
    listed = city.trainer.get(f"/banks/{bank}/questions").json["items"]
    assert [(one["number"], one["revision"]) for one in listed] == [(1, 1), (2, 2), (3, 1)]
    assert "10" in [option["text"] for option in listed[1]["options"]]


def test_a_file_is_sent_as_plain_text(city: City) -> None:
    path = f"/banks/{city.bank(gift='')}/gift-imports"
    assert city.trainer.post(path, json={"gift": GIFT}).status_code == 415
    assert city.trainer.post(path, data=b"x" * 1_000_001, content_type="text/plain").status_code == 413


def test_an_assessment_is_made_and_found(city: City) -> None:
    bank = city.bank()
    made = city.trainer.post(
        "/assessments",
        json={"code": "pre", "title": "Tes awal", "role": "pre", "bank": bank, "draw": 2, "attempts_allowed": 1},
    )
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "code": "pre",
        "title": "Tes awal",
        "role": "pre",
        "bank": bank,
        "draw": 2,
        "attempts_allowed": 1,
        "time_limit_minutes": None,
        "version": 0,
    }
    assert made.headers["Location"] == f"/api/assessment/assessments/{made.json['id']}"
    assert city.trainer.get(f"/assessments/{made.json['id']}").json == made.json
    assert city.trainer.get("/assessments").json["items"] == [made.json]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("draw", 0),
        ("draw", "2"),
        ("attempts_allowed", 0),
        ("role", "final"),
        ("bank", "none"),
        ("bank", "00000000-0000-7000-8000-000000000404"),
    ],
)
def test_an_assessment_that_cannot_be_is_refused(city: City, name: str, value: object) -> None:
    wanted = {"code": "post", "title": "Tes", "role": "post", "bank": city.bank()}
    answer = city.trainer.post("/assessments", json={**wanted, name: value})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [name]


def test_a_publication_is_said_with_what_it_measures(city: City) -> None:
    assessment = city.assessment(city.bank(), draw=2)
    published = city.publish(assessment)
    assert published.status_code == 200
    expected = {"assessment": assessment, "version": 1, "questions": 2, "changed": True}
    assert published.json == {**expected, "published_at": published.json["published_at"]}
    (said,) = city.said(AssessmentPublished)
    assert (str(said.assessment), said.version, said.code, said.role, said.maximum) == (
        assessment,
        1,
        "post",
        "post",
        2,
    )
    measured = [("INT", 2), ("PP", 2), ("PP", 3)]
    assert said.competencies == tuple(Outcome(competency=code, level=level) for code, level in measured)
    assert city.trainer.get(f"/assessments/{assessment}").json["version"] == 1


def test_publishing_unchanged_says_nothing(city: City) -> None:
    assessment = city.assessment(city.bank())
    first, again = city.publish(assessment), city.publish(assessment)
    assert again.json == {**first.json, "changed": False}
    assert len(city.said(AssessmentPublished)) == 1


def test_a_changed_bank_makes_the_next_version(city: City) -> None:
    bank = city.bank()
    assessment = city.assessment(bank)
    city.publish(assessment)
    city.import_gift(bank, GIFT.replace("=14", "=10"))
    assert city.publish(assessment).json["version"] == 2
    assert [said.version for said in city.said(AssessmentPublished)] == [1, 2]


def test_an_assessment_without_questions_is_not_published(city: City) -> None:
    refused = city.publish(city.assessment(city.bank(gift="")))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/assessment-has-no-questions")


def test_more_questions_than_there_are_cannot_be_drawn(city: City) -> None:
    refused = city.publish(city.assessment(city.bank(), draw=4))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/fewer-questions-than-drawn")
    assert refused.json["parameters"] == {"drawn": 4, "held": 3}


def test_a_competency_that_no_framework_names_is_refused(house: House) -> None:
    city = City(house).settle("PP")
    refused = city.publish(city.assessment(city.bank()))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/unknown-competency")
    assert refused.json["parameters"] == {"competencies": ["INT"]}
    assert city.said(AssessmentPublished) == []


def test_national_competencies_are_known_to_every_city(house: House) -> None:
    city = City(house).settle("PP")
    national = FrameworkPublished(
        tenant=NATIONAL,
        framework=new_id(),
        version=1,
        valid_from=date(2026, 1, 1),
        competencies=(Competency(code="INT-N", name="Integritas"),),
    )
    house.hear(national)
    bank = city.bank(gift=GIFT.replace("kompetensi:INT", "kompetensi:INT-N"))
    assert city.publish(city.assessment(bank)).status_code == 200


def test_before_anything_is_known_a_publication_waits(house: House) -> None:
    city = City(house)
    refused = city.publish(city.assessment(city.bank()))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-yet-known")


@pytest.mark.parametrize("roles", [("learner",), ("manager",), ("analyst",)])
def test_only_trainers_and_administrators_author(city: City, roles: tuple[Role, ...]) -> None:
    bank = city.bank()
    assessment = city.assessment(bank)
    outsider = city.person(*roles)
    answers = [
        outsider.post("/banks", json={"code": "mine", "title": "Mine"}),
        outsider.get("/banks"),
        outsider.get(f"/banks/{bank}"),
        outsider.post(f"/banks/{bank}/gift-imports", data=GIFT, content_type="text/plain"),
        outsider.get(f"/banks/{bank}/questions"),
        outsider.post("/assessments", json={"code": "a", "title": "A", "role": "pre", "bank": bank}),
        outsider.get("/assessments"),
        outsider.get(f"/assessments/{assessment}"),
        outsider.put(f"/assessments/{assessment}/publication"),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)


def test_another_city_sees_and_changes_nothing(city: City) -> None:
    bank = city.bank()
    assessment = city.assessment(bank)
    stranger = City(city.house).settle().person("administrator")
    found = [
        stranger.get(f"/banks/{bank}"),
        stranger.post(f"/banks/{bank}/gift-imports", data=GIFT, content_type="text/plain"),
        stranger.get(f"/banks/{bank}/questions"),
        stranger.get(f"/assessments/{assessment}"),
        stranger.put(f"/assessments/{assessment}/publication"),
    ]
    assert [answer.status_code for answer in found] == [404] * len(found)
    assert stranger.get("/banks").json["items"] == stranger.get("/assessments").json["items"] == []
    made = stranger.post("/assessments", json={"code": "a", "title": "A", "role": "pre", "bank": bank})
    assert made.status_code == 422
    assert city.said(AssessmentPublished) == []


def test_without_a_token_nothing_is_told(city: City) -> None:
    for path in ("/banks", "/assessments"):
        assert city.house.app.test_client().get(f"/api/assessment{path}").status_code == 401
