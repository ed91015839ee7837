"""A calibrated question is asked with its place on the scale from the next publication on."""

import pytest

from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import Exam, Sitting, option

PLACE = {"a": 1.2, "b": -0.5, "c": 0.2}


def calibrate(exam: Exam, question: dict[str, object], place: object) -> int:
    path = f"/banks/{exam.bank}/questions/{question['id']}/calibration"
    return exam.city.trainer.put(path, json={"calibration": place}).status_code


def test_a_calibration_comes_into_use_with_the_next_publication(exam: Exam) -> None:
    question = exam.question()
    assert calibrate(exam, question, PLACE) == 200
    assert exam.question()["calibration"] == PLACE
    exam.hand_in(right=False)
    exam.city.publish(exam.sitting.assessment)
    exam.city.pin(exam.sitting.assessment, version=2, course_version=2)
    learner = exam.city.person()
    later = Sitting(exam.city, learner, exam.city.enrol(learner, course_version=2), exam.sitting.assessment)
    later.hand_in(later.begin())

    before, after = exam.city.said(AttemptGraded)

    assert [item.a for item in before.items] == [None] * 3
    assert [(item.a, item.b, item.c) for item in after.items if item.a] == [(1.2, -0.5, 0.2)]


def test_a_key_that_is_corrected_after_a_calibration_holds_for_those_asked_before(exam: Exam) -> None:
    sitting, attempt = exam.hand_in(right=True)
    calibrate(exam, exam.question(), PLACE)

    question = exam.question()
    exam.correct(question, option(question, "Masyarakat"))
    exam.work()

    result = sitting.learner.get(f"/attempts/{attempt['id']}").json["result"]
    assert (result["revision"], result["correct"]) == (2, 2)


def test_a_calibration_alone_corrects_nothing(exam: Exam) -> None:
    calibrate(exam, exam.question(), PLACE)
    sitting, attempt = exam.hand_in(right=True)

    marks = sitting.learner.get(f"/attempts/{attempt['id']}").json["result"]["questions"]

    assert [one["corrected"] for one in marks] == [False] * 3


def test_the_same_calibration_again_changes_nothing_and_none_takes_it_away(exam: Exam) -> None:
    calibrate(exam, exam.question(), PLACE)
    once = exam.question()
    calibrate(exam, once, PLACE)
    assert exam.question() == once

    assert calibrate(exam, once, None) == 200
    assert (exam.question()["calibration"], exam.question()["revision"]) == (None, 3)
    assert calibrate(exam, once, PLACE) == 409


@pytest.mark.parametrize("wrong", [{"a": 0, "b": 0, "c": 0}, {"a": 1, "b": 0, "c": 1}, {"a": 1, "b": 0}, "1"])
def test_a_calibration_outside_its_ranges_is_refused(exam: Exam, wrong: object) -> None:
    assert calibrate(exam, exam.question(), wrong) == 422
