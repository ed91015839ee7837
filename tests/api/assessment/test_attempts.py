"""Sitting an assessment: begin, answer, go on elsewhere, hand in."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from shared import clock
from shared.events.assessment import AttemptGraded
from shared.ids import new_id
from tests.api.assessment.conftest import GIFT, RIGHT, City, Exam, Reply, Sitting, choose

SECRET_WORDS = ("correct", '"key"', '"right"', "feedback", "Betul sekali", "Pasal 20", "ikut menyusun")


def test_an_attempt_shows_the_questions_with_their_options(sitting: Sitting) -> None:
    answer = sitting.start()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/assessment/attempts/{answer.json['id']}"
    assert answer.json | {"id": "", "started_at": "", "questions": []} == {
        "id": "",
        "enrolment": str(sitting.enrolment),
        "assessment": sitting.assessment,
        "version": 1,
        "title": "Tes akhir",
        "role": "post",
        "number": 1,
        "state": "open",
        "started_at": "",
        "closes_at": None,
        "handed_in_at": None,
        "questions": [],
        "result": None,
    }
    assert {one["text"] for one in answer.json["questions"]} == set(RIGHT)
    asked = next(one for one in answer.json["questions"] if one["text"].startswith("Siapa"))
    assert (asked["kind"], asked["answer"]) == ("single_choice", None)
    assert sorted(option["text"] for option in asked["options"]) == ["Masyarakat", "Ombudsman", "Penyelenggara"]
    assert sorted(option["id"] for option in asked["options"]) == [1, 2, 3]


def test_no_answer_before_hand_in_tells_what_is_right(sitting: Sitting) -> None:
    attempt = sitting.begin()
    choices = [choose(question, right=True) for question in attempt["questions"]]
    answers = [sitting.save(attempt, *choices), sitting.start(), sitting.learner.get(f"/attempts/{attempt['id']}")]
    answers += [sitting.save(attempt, {**choices[0], "option": 77})]
    texts = [str(attempt), *(answer.text for answer in answers)]
    assert [word for word in SECRET_WORDS for text in texts if word in text] == []


def test_an_open_attempt_goes_on_on_another_device(sitting: Sitting) -> None:
    attempt = sitting.begin()
    choice = choose(attempt["questions"][1], right=False, sequence=7)
    sitting.save(attempt, choice)
    again = sitting.start()
    shown = sitting.learner.get(f"/attempts/{attempt['id']}")
    assert again.status_code == 200
    assert again.json == shown.json
    assert [one["options"] for one in shown.json["questions"]] == [one["options"] for one in attempt["questions"]]
    kept = [one["answer"] for one in shown.json["questions"]]
    assert kept[0] is None
    assert (kept[1]["option"], kept[1]["sequence"]) == (choice["option"], 7)


def test_a_fact_that_is_under_way_is_a_matter_of_a_second(city: City) -> None:
    learner, assessment = city.person(), city.assessment(city.bank())
    city.publish(assessment)
    sitting = Sitting(city, learner, new_id(), assessment)
    before_enrolment = sitting.start()
    sitting.enrolment = city.enrol(learner)
    before_course = sitting.start()
    city.pin(assessment)
    for answer in (before_enrolment, before_course):
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-yet-known")
        assert answer.headers["Retry-After"] == "1"
    assert sitting.start().status_code == 201


def test_only_what_the_course_version_pins_can_be_sat(sitting: Sitting) -> None:
    other = sitting.city.assessment(sitting.city.bank(code="other"), code="other")
    sitting.city.publish(other)
    sitting.assessment = other
    assert sitting.start().json["type"] == "/problems/not-in-this-course"


def test_a_learner_sits_the_version_that_the_course_version_pins(sitting: Sitting) -> None:
    city = sitting.city
    bank = city.trainer.get(f"/assessments/{sitting.assessment}").json["bank"]
    city.import_gift(bank, GIFT.replace("Siapa menetapkan", "Siapakah yang menetapkan"))
    assert city.publish(sitting.assessment).json["version"] == 2
    city.pin(sitting.assessment, version=2, course_version=2)
    learner = city.person()
    later = Sitting(city, learner, city.enrol(learner, course_version=2), sitting.assessment)
    texts = {one["text"] for one in sitting.begin()["questions"]}
    assert "Siapa menetapkan standar pelayanan?" in texts
    attempt = later.begin()
    assert attempt["version"] == 2
    assert "Siapakah yang menetapkan standar pelayanan?" in {one["text"] for one in attempt["questions"]}


def test_the_attempts_allowed_are_kept(city: City) -> None:
    assessment = city.assessment(city.bank(), attempts_allowed=2)
    city.publish(assessment)
    city.pin(assessment)
    learner = city.person()
    sitting = Sitting(city, learner, city.enrol(learner), assessment)
    for number in (1, 2):
        attempt = sitting.begin()
        assert attempt["number"] == number
        sitting.hand_in(attempt)
    third = sitting.start()
    assert (third.status_code, third.json["type"]) == (409, "/problems/attempts-used-up")
    assert third.json["parameters"] == {"allowed": 2}


def test_a_draw_takes_as_many_questions_as_it_says(city: City) -> None:
    assessment = city.assessment(city.bank(), draw=2)
    city.publish(assessment)
    city.pin(assessment)
    learner = city.person()
    attempt = Sitting(city, learner, city.enrol(learner), assessment).begin()
    assert len(attempt["questions"]) == 2
    assert learner.get(f"/attempts/{attempt['id']}").json["questions"] == attempt["questions"]


def test_no_attempt_begins_outside_the_days_of_the_class(sitting: Sitting) -> None:
    city, learner = sitting.city, sitting.city.person()
    ended = Sitting(city, learner, city.enrol(learner, closes=date(2026, 3, 9)), sitting.assessment)
    with clock.telling(datetime(2026, 3, 9, 17, 30, tzinfo=UTC)):  # The tenth in Jakarta.
        assert ended.start().json["type"] == "/problems/class-is-closed"
    with clock.telling(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)):
        assert ended.start().json["type"] == "/problems/class-not-open-yet"
    with clock.telling(datetime(2026, 3, 9, 16, 30, tzinfo=UTC)):
        assert ended.start().status_code == 201


def test_a_newer_answer_stays_when_an_older_one_comes_late(sitting: Sitting) -> None:
    attempt = sitting.begin()
    question = attempt["questions"][0]
    newer, older = choose(question, right=True, sequence=9), choose(question, right=False, sequence=8)
    first = sitting.save(attempt, newer)
    late = sitting.save(attempt, older)
    assert first.status_code == late.status_code == 200
    assert late.json == first.json
    assert (late.json["answers"][0]["option"], late.json["answers"][0]["sequence"]) == (newer["option"], 9)


def test_saving_again_changes_nothing_and_a_batch_keeps_the_last_of_each(sitting: Sitting) -> None:
    attempt = sitting.begin()
    one, other = attempt["questions"][:2]
    batch = [
        choose(one, right=True, sequence=3),
        choose(one, right=False, sequence=2),
        choose(other, right=True, sequence=4),
    ]
    first, again = sitting.save(attempt, *batch), sitting.save(attempt, *batch)
    assert again.json == first.json
    saved = {answer["question"]: answer["sequence"] for answer in first.json["answers"]}
    assert saved == {one["id"]: 3, other["id"]: 4}


def test_an_answer_can_be_taken_back(sitting: Sitting) -> None:
    attempt = sitting.begin()
    choice = choose(attempt["questions"][0], right=True)
    sitting.save(attempt, choice)
    sitting.save(attempt, {**choice, "option": None, "sequence": 2})
    assert sitting.hand_in(attempt).json["correct"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda choice: {**choice, "option": 4},
        lambda choice: {**choice, "question": str(new_id())},
        lambda choice: {**choice, "option": "1"},
        lambda choice: {**choice, "sequence": 0},
        lambda choice: {**choice, "sequence": 2**63},
        lambda choice: {name: choice[name] for name in ("question", "option")},
    ],
)
def test_an_answer_that_fits_no_question_is_refused(
    untouched: Exam, wrong: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    sitting = untouched.sitting
    attempt = sitting.start().json
    first, other, *_ = (one for one in attempt["questions"] if one["text"] in RIGHT)
    answer = sitting.save(attempt, choose(other, right=True), wrong(choose(first, right=True)))
    assert answer.status_code == 422
    shown = sitting.learner.get(f"/attempts/{attempt['id']}").json
    assert {str(one["answer"]) for one in shown["questions"]} == {"None"}


def test_handing_in_marks_at_once_and_explains(sitting: Sitting) -> None:
    attempt = sitting.begin()
    standard, others = _apart(attempt["questions"], "Siapa")
    wrong = next(one for one in standard["options"] if one["text"] == "Masyarakat")
    sitting.save(attempt, {"question": standard["id"], "option": wrong["id"], "sequence": 1})
    sitting.save(attempt, *(choose(one, right=True) for one in others))
    result = sitting.hand_in(attempt)
    assert result.status_code == 200
    assert (result.json["score"], result.json["correct"], result.json["total"]) == (6_667, 2, 3)
    marks = {one["id"]: one for one in result.json["questions"]}
    assert marks[standard["id"]] == {
        "id": standard["id"],
        "option": wrong["id"],
        "correct": False,
        "score": 0,
        "key": choose(standard, right=True)["option"],
        "right": {"option": choose(standard, right=True)["option"]},
        "corrected": False,
        "feedback": "Masyarakat ikut menyusun.\n\nLihat Pasal 20.",
    }
    assert all(marks[one["id"]]["correct"] for one in others)


def test_handing_in_again_gives_the_same_and_says_nothing(sitting: Sitting) -> None:
    attempt = sitting.begin()
    first, again = sitting.hand_in(attempt), sitting.hand_in(attempt)
    assert first.json == again.json
    assert (first.json["score"], first.json["revision"]) == (0, 1)
    shown = sitting.learner.get(f"/attempts/{attempt['id']}").json
    assert (shown["state"], shown["result"]) == ("handed_in", first.json)
    assert len(sitting.city.said(AttemptGraded)) == 1


def test_an_answer_after_handing_in_is_refused(sitting: Sitting) -> None:
    attempt = sitting.begin()
    sitting.hand_in(attempt)
    late = sitting.save(attempt, choose(attempt["questions"][0], right=True))
    assert (late.status_code, late.json["type"]) == (409, "/problems/attempt-is-handed-in")
    assert sitting.hand_in(attempt).json["score"] == 0


def test_a_graded_attempt_is_said_with_its_dimensions_and_items(sitting: Sitting) -> None:
    with clock.telling(datetime(2026, 3, 9, 17, 30, tzinfo=UTC)):  # The tenth in Jakarta.
        attempt = sitting.begin()
        standard, others = _apart(attempt["questions"], "Siapa")
        sitting.save(attempt, choose(standard, right=True))
        sitting.hand_in(attempt)
    (said,) = sitting.city.said(AttemptGraded)
    assert isinstance(said, AttemptGraded)
    assert (said.attempt, said.enrolment, said.person) == (
        UUID(attempt["id"]),
        sitting.enrolment,
        sitting.learner.id,
    )
    assert (said.course, said.version, said.provider, said.unit) == (sitting.city.course, 1, sitting.city.id, None)
    assert (str(said.assessment), said.assessment_version, said.role) == (sitting.assessment, 1, "post")
    assert (said.revision, said.score, said.sequence) == (1, 3_333, 1)
    assert said.handed_in_at == said.time == datetime(2026, 3, 9, 17, 30, tzinfo=UTC)
    assert said.handed_in_on == date(2026, 3, 10)
    items = {str(one.id): one for one in said.items}
    right = items[standard["id"]]
    assert (right.competency, right.level, right.score, right.c) == ("PP", 3, 10_000, 1 / 3)
    assert (right.a, right.b) == (None, None)
    assert sorted((items[one["id"]].score, items[one["id"]].c) for one in others) == [(0, 1 / 3), (0, 1 / 2)]


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_another_learner_finds_no_such_attempt(sitting: Sitting, where: str) -> None:
    attempt = sitting.begin()
    choice = choose(attempt["questions"][0], right=True)
    stranger = sitting.city.person() if where == "here" else City(sitting.city.house).settle().person()
    answers = [
        stranger.get(f"/attempts/{attempt['id']}"),
        stranger.put(f"/attempts/{attempt['id']}/answers", json={"answers": [choice]}),
        stranger.put(f"/attempts/{attempt['id']}/hand-in"),
    ]
    assert [(answer.status_code, answer.json["type"]) for answer in answers] == [(404, "/problems/no-such-attempt")] * 3
    start = sitting.start(stranger)
    # A city cannot tell an enrolment of another one from an enrolment that has not arrived.
    expected = (404, "no-such-enrolment") if where == "here" else (409, "not-yet-known")
    assert (start.status_code, start.json["type"]) == (expected[0], f"/problems/{expected[1]}")
    assert sitting.learner.get(f"/attempts/{attempt['id']}").json["state"] == "open"


def test_only_learners_sit_assessments(sitting: Sitting) -> None:
    attempt = sitting.begin()
    nobody = sitting.city.person("administrator")
    nobody.id = sitting.learner.id
    answers = [
        sitting.start(nobody),
        nobody.get(f"/attempts/{attempt['id']}"),
        nobody.put(f"/attempts/{attempt['id']}/answers", json={"answers": []}),
        nobody.put(f"/attempts/{attempt['id']}/hand-in"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4


def test_once_its_questions_are_known_an_exam_needs_few_statements(sitting: Sitting) -> None:
    sitting.begin()
    learner = sitting.city.person()
    second = Sitting(sitting.city, learner, sitting.city.enrol(learner), sitting.assessment)
    started = _statements(second, second.start)
    attempt = dict(second.start().json)
    choices = [choose(question, right=True) for question in attempt["questions"]]
    saved = _statements(second, lambda: second.save(attempt, *choices))
    handed_in = _statements(second, lambda: second.hand_in(attempt))
    assert (len(started), len(saved), len(handed_in)) == (6, 2, 7), (started, saved, handed_in)


def _apart(questions: list[dict[str, Any]], beginning: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    (one,) = (question for question in questions if question["text"].startswith(beginning))
    return one, [question for question in questions if question is not one]


def _statements(sitting: Sitting, act: Callable[[], Reply]) -> list[str]:
    """Give the statements of one request, besides those that open and bind its transaction."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SELECT set_config")):
            seen.append(statement.split("\n")[0][:60])

    engine = sitting.city.house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert act().status_code in {200, 201}
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
