"""Completions over several events: late, repeated and corrected grades, and those of many learners."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.catalogue import Outcome
from shared.events.enrolment import DayMinutes, TrainingCompleted
from shared.ids import new_id
from tests.api.enrolment.city import City, Course, Watch, graded_in
from tests.api.enrolment.test_completing import complete, course, enrolment, mark, now

__all__ = ["course", "enrolment"]


def test_the_passing_grade_after_the_last_mark_completes(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    for lesson in course.lessons:
        mark(city, enrolment, lesson)
    assert city.said(TrainingCompleted) == []
    watch.go_on(hours=22)
    city.grade(enrolment, course.post, 8000)
    shown = now(city, enrolment)
    assert (shown["state"], shown["completed_on"], shown["revision"]) == ("completed", "2026-11-04", 1)
    (event,) = city.said(TrainingCompleted)
    assert (event.outcomes, event.form, event.scope) == ((Outcome(competency="PP", level=3),), "C3", "domestic")
    assert event.minutes == (DayMinutes(day=date(2026, 11, 3), minutes=120),)
    assert (event.person, event.class_, event.unit) == (
        UUID(enrolment["person"]),
        UUID(enrolment["class"]),
        city.unit,
    )


def test_a_pre_test_handed_in_after_the_first_lesson_does_not_count(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    mark(city, enrolment, course.lessons[0])
    watch.go_on(minutes=1)
    city.grade(enrolment, course.pre, 3000, role="pre")
    complete(city, course, enrolment)
    (event,) = city.said(TrainingCompleted)
    assert event.pre is None


def test_a_further_attempt_after_completion_says_nothing_new(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    complete(city, course, enrolment)
    watch.go_on(hours=1)
    city.grade(enrolment, course.post, 10000)
    assert len(city.said(TrainingCompleted)) == 1
    assert now(city, enrolment)["assessments"][1]["best_score"] == 10000


def test_a_corrected_grade_says_the_completion_again(city: City, course: Course, enrolment: dict[str, Any]) -> None:
    attempt = complete(city, course, enrolment)
    city.grade(enrolment, course.post, 7500, attempt=attempt, revision=2)
    first, second = city.said(TrainingCompleted)
    assert (first.revision, first.post, second.revision, second.post) == (1, 8000, 2, 7500)
    assert second.completed_on == first.completed_on
    assert now(city, enrolment)["revision"] == 2


def test_an_older_revision_that_comes_late_changes_nothing(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    for lesson in course.lessons[:2]:
        mark(city, enrolment, lesson)
    attempt = new_id()
    city.grade(enrolment, course.post, 7500, attempt=attempt, revision=2)
    city.grade(enrolment, course.post, 8000, attempt=attempt, revision=1)
    (event,) = city.said(TrainingCompleted)
    assert event.post == 7500


def test_a_pre_test_that_is_marked_late_completes_the_pair(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    before = watch.at
    watch.go_on(hours=1)
    complete(city, course, enrolment)
    city.grade(enrolment, course.pre, 2500, role="pre", at=before)
    assert [(one.revision, one.pre) for one in city.said(TrainingCompleted)] == [(1, None), (2, 2500)]


def test_grades_of_many_learners_are_judged_as_one_batch(city: City, other_city: City) -> None:
    places = []
    for town in (city, city, other_city):
        course = town.publish()
        enrolment = town.enrol(town.person(), course)
        for lesson in course.lessons[:2]:
            mark(town, enrolment, lesson)
        places.append((town, course, enrolment))
    city.hear(*[graded_in(enrolment, town.id, course.post, 9000) for town, course, enrolment in places])
    assert len(city.said(TrainingCompleted)) == 2
    assert len(other_city.said(TrainingCompleted)) == 1


def test_one_who_completed_may_enrol_again(city: City, course: Course, enrolment: dict[str, Any]) -> None:
    complete(city, course, enrolment)
    again = city.enrol(UUID(enrolment["person"]), course)
    assert again["state"] == "open"
    assert all(one["marked_at"] is None for one in again["lessons"])
