"""A calibration from the question to the next publication, and a key corrected after it."""

from shared.events.assessment import AttemptGraded
from tests.api.assessment.conftest import Exam, Sitting, option
from tests.api.assessment.test_calibrations import PLACE, calibrate


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
