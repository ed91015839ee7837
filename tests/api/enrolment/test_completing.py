"""Marking lessons, hearing of grades, and what is said of the completion."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.errors import Reject
from shared.events.enrolment import LearningStarted, TrainingCompleted
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.enrolment.city import START, City, Course, Watch, graded_in
from tests.api.serving import Answer


@pytest.fixture
def course(city: City) -> Course:
    return city.publish()


@pytest.fixture
def enrolment(city: City, course: Course) -> dict[str, Any]:
    return city.enrol(city.person(), course)


def mark(city: City, enrolment: dict[str, Any], lesson: UUID) -> Answer:
    learner = city.learner(UUID(enrolment["person"]))
    return learner.put(f"/enrolments/{enrolment['id']}/lessons/{lesson}")


def now(city: City, enrolment: dict[str, Any]) -> dict[str, Any]:
    return dict(city.administrator.get(f"/enrolments/{enrolment['id']}").json)


def test_a_mark_is_shown_with_its_moment(city: City, course: Course, enrolment: dict[str, Any]) -> None:
    answer = mark(city, enrolment, course.lessons[0])
    assert answer.status_code == 200
    assert [one["marked_at"] for one in answer.json["lessons"]] == [START.isoformat(), None, None]
    assert now(city, enrolment) == answer.json


def test_the_first_mark_says_that_learning_started_and_no_other_does(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    mark(city, enrolment, course.lessons[2])
    watch.go_on(days=1)
    for lesson in course.lessons:
        mark(city, enrolment, lesson)
    (event,) = city.said(LearningStarted)
    assert (event.enrolment, event.started_on) == (UUID(enrolment["id"]), date(2026, 11, 3))


def test_a_repeated_mark_keeps_the_first_moment(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    first = mark(city, enrolment, course.lessons[0]).json
    watch.go_on(hours=1)
    assert mark(city, enrolment, course.lessons[0]).json == first


def test_the_last_mark_after_the_passing_grade_completes(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    mark(city, enrolment, course.lessons[0])
    city.grade(enrolment, course.post, 8000)
    watch.go_on(hours=22)
    answer = mark(city, enrolment, course.lessons[1]).json
    assert (answer["state"], answer["completed_on"], answer["revision"]) == ("completed", "2026-11-04", 1)
    assert answer["assessments"][1]["best_score"] == 8000
    (event,) = city.said(TrainingCompleted)
    assert (event.enrolment, event.revision, event.completed_on) == (UUID(enrolment["id"]), 1, date(2026, 11, 4))
    assert event.time == watch.at


def complete(city: City, course: Course, enrolment: dict[str, Any]) -> UUID:
    """Mark the required lessons and pass the post-test with 8,000; give the attempt."""
    for lesson in course.lessons[:2]:
        mark(city, enrolment, lesson)
    return city.grade(enrolment, course.post, 8000).attempt


def test_a_failed_test_leaves_the_enrolment_open(city: City, course: Course, enrolment: dict[str, Any]) -> None:
    for lesson in course.lessons:
        mark(city, enrolment, lesson)
    city.grade(enrolment, course.post, 6999)
    assert now(city, enrolment)["state"] == "open"
    assert city.said(TrainingCompleted) == []


def test_the_pair_is_the_first_pre_test_and_the_first_post_test(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    city.grade(enrolment, course.pre, 3000, role="pre")
    watch.go_on(minutes=1)
    city.grade(enrolment, course.post, 5000)
    watch.go_on(minutes=1)
    complete(city, course, enrolment)
    (event,) = city.said(TrainingCompleted)
    assert (event.pre, event.post) == (3000, 5000)


def test_the_completion_carries_the_correlation_of_the_grade(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    for lesson in course.lessons[:2]:
        mark(city, enrolment, lesson)
    city.hear(replace(graded_in(enrolment, city.id, course.post, 8000), correlation="from-the-grade"))
    assert [one.correlation for one in city.said(TrainingCompleted)] == ["from-the-grade"]


def test_a_grade_of_an_enrolment_that_never_was_is_rejected(
    city: City, other_city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    with pytest.raises(Reject, match="no enrolment"):
        city.hear(graded_in({**enrolment, "id": str(new_id())}, city.id, course.post, 8000))
    with pytest.raises(Reject, match="no enrolment"):
        city.hear(graded_in(enrolment, other_city.id, course.post, 8000))


def test_after_completion_a_repeated_mark_is_fine_and_a_new_one_changes_nothing(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    complete(city, course, enrolment)
    shown = now(city, enrolment)
    assert mark(city, enrolment, course.lessons[0]).status_code == 200
    refused = mark(city, enrolment, course.lessons[2])
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/enrolment-is-not-open")
    assert refused.json["parameters"] == {"state": "completed"}
    assert now(city, enrolment) == shown


def enrolled_in(city: City, course: Course, *, opens: str, closes: str) -> dict[str, Any]:
    class_id = city.plan(course, kind="dated", opens=opens, closes=closes)
    return dict(city.learner().post(f"/classes/{class_id}/enrolments").json)


def test_a_dated_class_takes_no_marks_before_its_first_local_day(city: City, course: Course, watch: Watch) -> None:
    enrolment = enrolled_in(city, course, opens="2026-11-04", closes="2026-11-04")
    assert mark(city, enrolment, course.lessons[0]).json["type"] == "/problems/class-not-open-yet"
    watch.go_on(hours=21)
    assert mark(city, enrolment, course.lessons[0]).status_code == 200


def test_a_dated_class_takes_no_new_marks_after_its_last_local_day(city: City, course: Course, watch: Watch) -> None:
    enrolment = enrolled_in(city, course, opens="2026-11-03", closes="2026-11-03")
    assert mark(city, enrolment, course.lessons[0]).status_code == 200
    watch.go_on(hours=21)
    assert mark(city, enrolment, course.lessons[1]).json["type"] == "/problems/class-is-closed"
    assert mark(city, enrolment, course.lessons[0]).status_code == 200


def test_a_lesson_that_the_version_does_not_have_is_not_found(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    refused = mark(city, enrolment, new_id())
    assert (refused.status_code, refused.json["type"]) == (404, "/problems/lesson-not-found")


def test_nobody_marks_lessons_of_another_learner(
    city: City, other_city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    path = f"/enrolments/{enrolment['id']}/lessons/{course.lessons[0]}"
    for stranger in (city.learner(), other_city.learner(UUID(enrolment["person"]))):
        assert stranger.put(path).json["type"] == "/problems/enrolment-not-found"
    assert now(city, enrolment)["lessons"][0]["marked_at"] is None


@pytest.mark.parametrize("role", ["trainer", "manager", "administrator", "operator", None])
def test_only_learners_mark_lessons(city: City, course: Course, enrolment: dict[str, Any], role: Role | None) -> None:
    visitor = city.visitor(UUID(enrolment["person"]), *([role] if role else []))
    assert visitor.put(f"/enrolments/{enrolment['id']}/lessons/{course.lessons[0]}").status_code == 403
