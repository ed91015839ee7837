"""Withdrawals among other events."""

from typing import Any

from shared.events.enrolment import TrainingCompleted
from tests.api.enrolment.city import City, Course
from tests.api.enrolment.test_withdrawing import course, enrolment

__all__ = ["course", "enrolment"]


def test_who_withdraws_leaves_their_place_to_another_and_may_come_back(city: City, course: Course) -> None:
    class_, person = city.plan(course, capacity=1), city.person()
    path, learner = f"/classes/{class_}/enrolments", city.learner(person)
    begun = learner.post(path).json
    assert city.learner().post(path).json["type"] == "/problems/class-is-full"
    learner.put(f"/enrolments/{begun['id']}/withdrawal")
    assert city.learner().post(path).status_code == 201
    assert city.learner(person).post(f"/classes/{city.plan(course)}/enrolments").status_code == 201


def test_a_passing_grade_after_a_withdrawal_completes_nothing(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    city.mark(enrolment, *course.lessons)
    city.administrator.put(f"/enrolments/{enrolment['id']}/withdrawal")
    city.grade(enrolment, course.post, 9000)
    assert (city.shown(enrolment)["state"], city.said(TrainingCompleted)) == ("closed", [])
