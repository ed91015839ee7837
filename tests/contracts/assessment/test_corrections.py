"""A key that was wrong is corrected, and those who were marked by it are marked again."""

from typing import Any

import pytest

from shared.events.assessment import AttemptGraded
from shared.ids import new_id
from tests.api.assessment.conftest import GIFT, KINDS, City, Exam, choose, option


def test_a_corrected_key_is_the_next_revision_and_keeps_the_options(exam: Exam) -> None:
    old = exam.question()
    corrected = exam.correct(old, option(old, "Masyarakat"))
    assert corrected.status_code == 200
    assert corrected.json == exam.question()
    changed = {name for name in old if corrected.json[name] != old[name]}
    assert changed == {"id", "revision", "correction", "correct", "right"}
    assert (corrected.json["revision"], corrected.json["correction"]) == (2, True)
    assert exam.city.publish(exam.sitting.assessment).json["version"] == 2


def test_the_same_correction_again_changes_nothing(exam: Exam) -> None:
    old = exam.question()
    first, again = (exam.correct(old, option(old, "Masyarakat")) for _ in range(2))
    assert (again.status_code, again.json) == (200, first.json)
    assert exam.correct(first.json, option(old, "Masyarakat")).json == first.json
    other = exam.correct(old, option(old, "Ombudsman"))
    assert (other.status_code, other.json["type"]) == (409, "/problems/question-is-superseded")
    acts = exam.city.person("administrator").get("/audit").json["items"]
    assert [(one["act"], one["subject"]) for one in acts] == [("key.corrected", f"question/{old['id']}")]


def test_a_file_with_the_corrected_key_holds_nothing_new(exam: Exam) -> None:
    old = exam.question(number=2)
    exam.correct(old, option(old, "30"))
    again = exam.city.import_gift(exam.bank, GIFT.replace("{~30 ~90 =14}", "{=30 ~90 ~14}"))
    assert [again.json[name] for name in ("added", "revised", "unchanged")] == [0, 0, 3]


def test_an_open_attempt_is_marked_by_the_corrected_key_at_once(exam: Exam) -> None:
    attempt = exam.sitting.begin()
    exam.sitting.save(attempt, *(choose(one, right=True) for one in attempt["questions"]))
    old = exam.question()
    exam.correct(old, option(old, "Masyarakat"))
    assert exam.sitting.hand_in(attempt).json["score"] == 6_667
    exam.work()
    assert len(exam.city.said(AttemptGraded)) == 1


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("single_choice", {"option": 4}),
        ("single_choice", {"options": [1]}),
        ("single_choice", {}),
        ("single_choice", {"option": 1, "options": [1]}),
        ("single_choice", {"option": "1"}),
        ("multiple_choice", {"options": []}),
        ("multiple_choice", {"options": [1, 9]}),
        ("numeric", {"numbers": [{"value": 3, "credit": 5_000}]}),
        ("numeric", {"numbers": [{"value": 3, "tolerance": -1}]}),
        ("short_answer", {"texts": [{"pattern": " \x00"}]}),
        ("matching", {"pairs": [{"left": 1, "right": 1}]}),
        ("matching", {"pairs": [{"left": 1, "right": 1}, {"left": 2, "right": 1}, {"left": 3, "right": 1}]}),
        ("matching", {"pairs": [{"left": 1, "right": 1}, {"left": 2, "right": 9}]}),
    ],
)
def test_a_key_that_does_not_fit_is_refused(untouched: Exam, kind: str, key: dict[str, Any]) -> None:
    question = untouched.question(kind)
    assert untouched.correct(question, key).status_code == 422
    assert untouched.question(kind) == question


@pytest.mark.parametrize(
    ("kind", "key", "kept"),
    [
        ("multiple_choice", {"options": [2, 1, 2]}, {"options": [1, 2]}),
        (
            "numeric",
            {"numbers": [{"value": 1998}]},
            {"numbers": [{"value": 1998, "tolerance": 0, "credit": 10_000}]},
        ),
        ("short_answer", {"texts": [{"pattern": "Sala*"}]}, {"texts": [{"pattern": "Sala*", "credit": 10_000}]}),
        *[("matching", {"pairs": pairs}, {"pairs": pairs}) for pairs in [[{"left": n, "right": n} for n in (1, 2)]]],
    ],
)
def test_keys_of_every_kind_can_be_corrected(exam: Exam, kind: str, key: dict[str, Any], kept: dict[str, Any]) -> None:
    exam.city.import_gift(exam.bank, KINDS)
    corrected = exam.correct(exam.question(kind), key)
    assert (corrected.status_code, corrected.json["right"]) == (200, kept)


def test_only_authors_of_the_city_correct_and_see_corrections(exam: Exam) -> None:
    question = exam.question()
    key, path = option(question, "Masyarakat"), f"/banks/{exam.bank}"
    change = f"{path}/questions/{question['id']}/key"
    learner, stranger = exam.city.person(), City(exam.city.house).settle().trainer
    refused = [learner.put(change, json=key), learner.get(f"{path}/corrections")]
    assert [one.status_code for one in refused] == [403, 403]
    hidden = [stranger.put(change, json=key), stranger.get(f"{path}/corrections")]
    assert [one.json["type"] for one in hidden] == ["/problems/no-such-bank"] * 2
    missing = exam.correct({"id": str(new_id())}, key)
    assert (missing.status_code, missing.json["type"]) == (404, "/problems/no-such-question")
    assert exam.question() == question
