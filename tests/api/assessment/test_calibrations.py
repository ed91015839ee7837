"""A calibrated question is asked with its place on the scale from the next publication on."""

import pytest

from tests.api.assessment.conftest import Exam

PLACE = {"a": 1.2, "b": -0.5, "c": 0.2}


def calibrate(exam: Exam, question: dict[str, object], place: object) -> int:
    path = f"/banks/{exam.bank}/questions/{question['id']}/calibration"
    return exam.city.trainer.put(path, json={"calibration": place}).status_code


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
def test_a_calibration_outside_its_ranges_is_refused(untouched: Exam, wrong: object) -> None:
    assert calibrate(untouched, untouched.question(), wrong) == 422
