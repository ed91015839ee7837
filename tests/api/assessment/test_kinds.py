"""Questions of every kind over HTTP: shown without their keys, answered, resumed, marked and said."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from shared.events.assessment import AttemptGraded
from shared.ids import new_id
from tests.api.assessment.conftest import KINDS, City, Exam, Sitting, seat

ID_OR_MOMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9-]{10}T[0-9:.+]+Z?")


@pytest.fixture
def mixed(city: City) -> Sitting:
    """A learner with one question of each kind that has no single right option."""
    return seat(city, gift=KINDS).sitting


def by_kind(attempt: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in attempt["questions"]}


def ids(question: dict[str, Any], *texts: str) -> list[int]:
    return [one["id"] for text in texts for one in question["options"] if one["text"] == text]


def answered(attempt: dict[str, Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    """Give answers by tag to the questions of their kinds."""
    tags = {"options": "multiple_choice", "number": "numeric", "text": "short_answer", "pairs": "matching"}
    asked = by_kind(attempt)
    return [{"question": asked[tags[tag]]["id"], tag: value, "sequence": 1} for tag, value in values.items()]


def some(attempt: dict[str, Any]) -> dict[str, Any]:
    """Give an answer of each kind: half right, half right, right, half right."""
    asked = by_kind(attempt)
    left = {one["text"]: one["id"] for one in asked["matching"]["prompts"]}
    (semarang,) = ids(asked["matching"], "Semarang")
    return {
        "options": ids(asked["multiple_choice"], "Mudah", "Cepat", "Mahal"),
        "number": 2010.25,
        "text": "  SEMARANG",
        "pairs": [{"left": left[place], "right": semarang} for place in ("Kepri", "Jateng")],
    }


def test_every_kind_is_shown_without_its_key(mixed: Sitting) -> None:
    started = mixed.start()
    asked = by_kind(started.json)
    assert sorted(asked) == ["matching", "multiple_choice", "numeric", "short_answer"]
    assert sorted(one["text"] for one in asked["matching"]["options"]) == ["Semarang", "Serang", "Tanjungpinang"]
    assert [one["text"] for one in asked["matching"]["prompts"]] == ["Jateng", "Kepri"]
    assert [asked[kind]["options"] for kind in ("numeric", "short_answer")] == [[], []]
    shown = ID_OR_MOMENT.sub("", started.text)  # Any number may stand in those.
    for word in ("right", "key", "correct", "credit", "Jangan", "Hampir", "2009", "2010", "Kota S", "5000"):
        assert word not in shown


def test_sql_and_script_in_an_answer_are_kept_as_they_were_typed(mixed: Sitting) -> None:
    attempt, hostile = mixed.begin(), """<script>alert("x")</script> '); DROP TABLE answers; -- {{7*7}} %s *"""
    saved = mixed.save(attempt, *answered(attempt, {"text": hostile}))
    assert (saved.status_code, saved.json["answers"][0]["text"]) == (200, hostile)
    kept = mixed.learner.get(f"/attempts/{attempt['id']}")
    assert (kept.headers["Content-Type"], kept.headers["X-Content-Type-Options"]) == ("application/json", "nosniff")
    assert by_kind(kept.json)["short_answer"]["answer"]["text"] == hostile
    marks = {one["id"]: one["score"] for one in mixed.hand_in(attempt).json["questions"]}
    assert marks[by_kind(attempt)["short_answer"]["id"]] == 0


def test_answers_of_every_kind_are_saved_resumed_and_marked(mixed: Sitting) -> None:
    attempt = mixed.begin()
    values = some(attempt)
    saved = mixed.save(attempt, *answered(attempt, values))
    assert saved.status_code == 200
    kept = by_kind(mixed.learner.get(f"/attempts/{attempt['id']}").json)
    assert kept["multiple_choice"]["answer"]["options"] == sorted(values["options"])
    assert kept["numeric"]["answer"].keys() == {"number", "sequence", "saved_at"}
    assert (kept["numeric"]["answer"]["number"], kept["short_answer"]["answer"]["text"]) == (2010.25, "  SEMARANG")
    assert kept["matching"]["answer"]["pairs"] == sorted(values["pairs"], key=lambda pair: pair["left"])
    result = mixed.hand_in(attempt).json
    marks = {one["id"]: one for one in result["questions"]}
    scores = {kind: marks[one["id"]]["score"] for kind, one in kept.items()}
    assert scores == {"multiple_choice": 5_000, "numeric": 5_000, "short_answer": 10_000, "matching": 5_000}
    assert (result["score"], result["correct"]) == (6_250, 1)
    (said,) = mixed.city.said(AttemptGraded)
    assert {str(one.id): (one.score, one.c) for one in said.items} == {
        marked: (mark["score"], 0.0) for marked, mark in marks.items()
    }


def test_a_result_shows_what_is_right_under_the_tag_of_the_kind(mixed: Sitting) -> None:
    attempt = mixed.begin()
    mixed.save(attempt, *answered(attempt, some(attempt)))
    marks = {one["id"]: one for one in mixed.hand_in(attempt).json["questions"]}
    asked = by_kind(attempt)
    shown = {kind: marks[one["id"]] for kind, one in asked.items()}
    assert {mark["key"] for mark in shown.values()} == {None}
    assert shown["multiple_choice"]["right"] == {"options": sorted(ids(asked["multiple_choice"], "Cepat", "Mudah"))}
    assert shown["multiple_choice"]["feedback"] == "Jangan."
    assert shown["numeric"]["right"]["numbers"][1] == {"value": 2010, "tolerance": 0.5, "credit": 5_000}
    assert shown["numeric"]["feedback"] == "Hampir."
    assert shown["short_answer"]["right"]["texts"][0] == {"pattern": "Semarang", "credit": 10_000}
    assert [pair["left"] for pair in shown["matching"]["right"]["pairs"]] == [1, 2]


def test_nothing_answered_earns_nothing(mixed: Sitting) -> None:
    attempt = mixed.begin()
    mixed.save(attempt, *answered(attempt, some(attempt)))
    none = dict.fromkeys(("options", "number", "text", "pairs"))
    mixed.save(attempt, *({**one, "sequence": 2} for one in answered(attempt, none)))
    result = mixed.hand_in(attempt).json
    assert (result["score"], result["correct"]) == (0, 0)
    assert all(None in mark.values() for mark in result["questions"])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda asked: {"question": asked["numeric"]["id"], "option": 1},
        lambda asked: {"question": asked["numeric"]["id"], "number": "dua"},
        lambda asked: {"question": asked["numeric"]["id"], "number": 1e16},
        lambda asked: {"question": asked["numeric"]["id"], "number": 1, "text": "1"},
        lambda asked: {"question": asked["numeric"]["id"]},
        lambda asked: {"question": asked["short_answer"]["id"], "text": "a" * 501},
        lambda asked: {"question": asked["short_answer"]["id"], "text": 3},
        lambda asked: {"question": asked["multiple_choice"]["id"], "options": [5]},
        lambda asked: {"question": asked["multiple_choice"]["id"], "options": 1},
        lambda asked: {"question": asked["matching"]["id"], "pairs": [{"left": 3, "right": 1}]},
        lambda asked: {"question": asked["matching"]["id"], "pairs": [{"left": 1, "right": 4}]},
        lambda asked: {
            "question": asked["matching"]["id"],
            "pairs": [{"left": 1, "right": 1}, {"left": 1, "right": 2}],
        },
        lambda _: {"question": str(new_id()), "text": "a"},
    ],
)
def test_an_answer_of_another_kind_or_to_nothing_offered_is_refused(
    untouched: Exam, wrong: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    attempt = untouched.sitting.start().json
    assert untouched.sitting.save(attempt, {**wrong(by_kind(attempt)), "sequence": 1}).status_code == 422


def test_a_refusal_tells_what_the_question_takes(mixed: Sitting) -> None:
    attempt = mixed.begin()
    question = by_kind(attempt)["numeric"]["id"]
    refused = mixed.save(attempt, {"question": question, "text": "2009", "sequence": 1})
    assert refused.json["parameters"] == {"questions": [question], "takes": {question: "number"}}


def test_authors_see_every_kind_with_its_key(mixed: Sitting) -> None:
    bank = mixed.city.trainer.get("/banks").json["items"][0]["id"]
    listed = {one["kind"]: one for one in mixed.city.trainer.get(f"/banks/{bank}/questions").json["items"]}
    assert listed["multiple_choice"]["correct"] is None
    assert len(listed["multiple_choice"]["right"]["options"]) == 2
    assert listed["numeric"]["right"]["numbers"][0] == {"value": 2009, "tolerance": 0, "credit": 10_000}
    assert [one["text"] for one in listed["matching"]["prompts"]] == ["Jateng", "Kepri"]
    again = mixed.city.import_gift(bank, KINDS)
    assert (again.json["unchanged"], again.json["added"]) == (4, 0)
    assert [one["kind"] for one in again.json["questions"]] == ["multiple", "numeric", "short_answer", "matching"]
