"""Corrections: a mark that is changed or annulled later moves the completion, and is said once."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrolment.commands import close_ended_classes
from shared.events.enrolment import CompletionRevoked, EnrolmentClosed, LearnerEnrolled, TrainingCompleted
from shared.ids import new_id
from tests.api.enrolment.city import City, Course, Watch

DATED = {"kind": "dated", "opens": "2026-11-01", "closes": "2026-11-05"}


@pytest.fixture
def course(city: City) -> Course:
    return city.publish()


@pytest.fixture
def enrolment(city: City, course: Course) -> dict[str, Any]:
    return city.enrol(city.person(), course)


def dated(city: City, course: Course) -> dict[str, Any]:
    return dict(city.learner().post(f"/classes/{city.plan(course, **DATED)}/enrolments").json)


def test_a_correction_below_the_minimum_revokes_the_completion_and_opens_the_enrolment(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    attempt = city.complete(course, enrolment)
    for revision in (2, 3):
        city.grade(enrolment, course.post, 100, attempt=attempt, revision=revision)
    (event,) = city.said(CompletionRevoked)
    assert (event.enrolment, event.revision, event.reason) == (UUID(enrolment["id"]), 1, "corrected_mark")
    shown = city.shown(enrolment)
    assert (shown["state"], shown["completed_on"], city.said(EnrolmentClosed)) == ("open", None, [])


def test_a_completion_after_a_revocation_has_a_higher_revision_even_with_the_same_facts(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    attempt = city.complete(course, enrolment)
    city.grade(enrolment, course.post, 100, attempt=attempt, revision=2)
    city.grade(enrolment, course.post, 8000, attempt=attempt, revision=3)
    first, second = city.said(TrainingCompleted)
    assert (first.revision, second.revision, second.sequence > first.sequence) == (1, 2, True)
    assert (second.post, second.completed_on) == (first.post, first.completed_on)


def test_an_annulled_attempt_counts_for_nothing_in_whichever_revision(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    attempt = city.complete(course, enrolment)
    city.annul(enrolment, attempt)
    city.grade(enrolment, course.post, 9000, attempt=attempt, revision=2)
    (event,) = city.said(CompletionRevoked)
    assert (event.revision, event.reason) == (1, "attempt_annulled")
    shown = city.shown(enrolment)
    assert (shown["state"], shown["assessments"][1]["best_score"]) == ("open", None)


def test_an_annulment_that_comes_before_its_attempt_holds(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    city.mark(enrolment, *course.lessons)
    attempt = new_id()
    city.annul(enrolment, attempt)
    city.grade(enrolment, course.post, 9000, attempt=attempt)
    assert (city.shown(enrolment)["state"], city.said(TrainingCompleted)) == ("open", [])


def test_another_passed_attempt_keeps_the_completion_on_its_own_day(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    attempt = city.complete(course, enrolment)
    watch.go_on(days=2)
    city.grade(enrolment, course.post, 9000)
    watch.go_on(days=7)
    city.annul(enrolment, attempt)
    assert city.said(CompletionRevoked) == []
    assert [(one.revision, one.post, one.completed_on) for one in city.said(TrainingCompleted)] == [
        (1, 8000, date(2026, 11, 3)),
        (2, 9000, date(2026, 11, 5)),
    ]


def test_a_revoked_completion_stays_closed_once_the_class_is_over(city: City, course: Course, watch: Watch) -> None:
    enrolment = dated(city, course)
    attempt = city.complete(course, enrolment)
    watch.go_on(days=9)
    city.grade(enrolment, course.post, 100, attempt=attempt, revision=2)
    assert len(city.said(CompletionRevoked)) == 1
    (event,) = city.said(EnrolmentClosed)
    assert (event.reason, event.closed_on) == ("not_completed", date(2026, 11, 6))
    assert city.shown(enrolment)["state"] == "closed"


def test_a_revoked_completion_stays_closed_for_one_who_began_the_course_anew(
    city: City, course: Course, enrolment: dict[str, Any]
) -> None:
    attempt = city.complete(course, enrolment)
    again = city.enrol(UUID(enrolment["person"]), course)
    city.annul(enrolment, attempt)
    assert [city.shown(one)["state"] for one in (enrolment, again)] == ["closed", "open"]
    assert [(one.enrolment, one.reason) for one in city.said(EnrolmentClosed)] == [
        (UUID(enrolment["id"]), "not_completed")
    ]
    assert len(city.said(LearnerEnrolled)) == 2


def test_one_closed_as_not_completed_is_completed_by_a_corrected_mark_as_of_its_day(
    city: City, course: Course, watch: Watch
) -> None:
    enrolment = dated(city, course)
    city.mark(enrolment, *course.lessons[:2])
    failed = city.grade(enrolment, course.post, 6000)
    watch.go_on(days=9)
    city.tick(close_ended_classes)
    assert city.shown(enrolment)["closed_reason"] == "not_completed"
    city.grade(enrolment, course.post, 7500, attempt=failed.attempt, revision=2, at=failed.handed_in_at)
    shown = city.shown(enrolment)
    assert (shown["state"], shown["completed_on"], shown["closed_reason"]) == ("completed", "2026-11-03", None)
    (event,) = city.said(TrainingCompleted)
    assert event.sequence > city.said(EnrolmentClosed)[0].sequence


def test_an_attempt_that_outlasts_a_class_closed_early_completes_nothing(
    city: City, course: Course, enrolment: dict[str, Any], watch: Watch
) -> None:
    city.mark(enrolment, *course.lessons[:2])
    city.administrator.put(f"/classes/{enrolment['class']}/closing")
    city.tick(close_ended_classes)
    watch.go_on(days=1)
    city.grade(enrolment, course.post, 9000)
    assert (city.shown(enrolment)["closed_reason"], city.said(TrainingCompleted)) == ("not_completed", [])
