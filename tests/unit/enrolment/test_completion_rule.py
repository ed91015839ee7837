"""When a training is complete, decided from facts alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from services.enrolment.model import CompletionRule, LessonMark, Result
from services.enrolment.model.rule import Assessment, Lesson

FIRST, SECOND, EXTRA = UUID(int=1), UUID(int=2), UUID(int=3)
PRE, POST, QUIZ = UUID(int=11), UUID(int=12), UUID(int=13)
MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

RULE = CompletionRule(
    lessons=(
        Lesson(id=FIRST, minutes=40, required=True),
        Lesson(id=SECOND, minutes=50, required=True),
        Lesson(id=EXTRA, minutes=30, required=False),
    ),
    assessments=(
        Assessment(id=PRE, version=1, role="pre", must_pass=False, minimum=0),
        Assessment(id=POST, version=1, role="post", must_pass=True, minimum=7000),
    ),
)


def mark(lesson: UUID, hours: float) -> LessonMark:
    at = MORNING + timedelta(hours=hours)
    return LessonMark(lesson=lesson, marked_at=at, marked_on=at.date())


def result(assessment: UUID, score: int, hours: float, attempt: int = 0) -> Result:
    at = MORNING + timedelta(hours=hours)
    return Result(
        attempt=UUID(int=attempt), assessment=assessment, score=score, handed_in_at=at, handed_in_on=at.date()
    )


ALL_MARKS = [mark(FIRST, 0), mark(SECOND, 24)]


def test_every_required_lesson_and_a_passed_test_complete_a_training() -> None:
    completion = RULE.met(ALL_MARKS, [result(POST, 7000, 25)])
    assert completion is not None
    assert (completion.at, completion.on) == (MORNING + timedelta(hours=25), date(2026, 11, 3))


def test_a_missing_required_lesson_leaves_it_open() -> None:
    assert RULE.met([mark(FIRST, 0), mark(EXTRA, 1)], [result(POST, 9000, 25)]) is None


def test_a_score_one_point_below_the_minimum_leaves_it_open() -> None:
    assert RULE.met(ALL_MARKS, [result(POST, 6999, 25)]) is None


def test_passing_goes_by_the_best_attempt_and_post_by_the_first() -> None:
    completion = RULE.met(ALL_MARKS, [result(POST, 9000, 27), result(POST, 5000, 25), result(POST, 6000, 29)])
    assert completion is not None
    assert (completion.post, completion.at) == (5000, MORNING + timedelta(hours=27))


def test_a_better_attempt_after_the_passing_one_moves_no_day() -> None:
    completion = RULE.met(ALL_MARKS, [result(POST, 7000, 25), result(POST, 10000, 75)])
    assert completion is not None
    assert completion.on == date(2026, 11, 3)


def test_the_day_is_that_of_the_last_fact_and_never_of_the_judging() -> None:
    completion = RULE.met(ALL_MARKS, [result(POST, 8000, -48)])
    assert completion is not None
    assert completion.on == date(2026, 11, 3)


def test_minutes_are_summed_by_the_day_of_the_mark_and_optional_lessons_count() -> None:
    completion = RULE.met([*ALL_MARKS, mark(EXTRA, 25)], [result(POST, 8000, 26)])
    assert completion is not None
    assert completion.minutes == ((date(2026, 11, 2), 40), (date(2026, 11, 3), 80))


def test_a_pre_test_before_the_first_lesson_counts() -> None:
    completion = RULE.met(ALL_MARKS, [result(PRE, 3000, -1), result(POST, 8000, 25)])
    assert completion is not None
    assert completion.pre == 3000


def test_a_pre_test_after_the_first_lesson_does_not_count() -> None:
    completion = RULE.met(ALL_MARKS, [result(PRE, 3000, 0), result(POST, 8000, 25)])
    assert completion is not None
    assert completion.pre is None


@pytest.mark.parametrize("marks", [[], ALL_MARKS])
def test_a_pre_test_after_a_post_test_does_not_count(marks: list[LessonMark]) -> None:
    rule = replace(RULE, lessons=tuple(replace(one, required=False) for one in RULE.lessons))
    completion = rule.met(marks, [result(POST, 8000, -2), result(PRE, 9000, -1)])
    assert completion is not None
    assert (completion.pre, completion.post) == (None, 8000)


def test_of_two_pre_tests_the_first_one_counts() -> None:
    completion = RULE.met(ALL_MARKS, [result(PRE, 5000, -1), result(PRE, 2000, -2), result(POST, 8000, 25)])
    assert completion is not None
    assert completion.pre == 2000


def test_of_two_tests_handed_in_at_once_the_lower_attempt_id_counts() -> None:
    facts = [result(POST, 9000, 25, attempt=8), result(POST, 8000, 25, attempt=7)]
    completion = RULE.met(ALL_MARKS, facts)
    assert completion is not None
    assert completion.post == 8000


def test_results_in_an_assessment_that_the_version_does_not_pin_count_for_nothing() -> None:
    assert RULE.met(ALL_MARKS, [result(QUIZ, 10000, 25)]) is None


def test_a_pre_test_that_must_be_passed_is_a_demand_too() -> None:
    strict = CompletionRule(
        lessons=RULE.lessons, assessments=(Assessment(id=PRE, version=1, role="pre", must_pass=True, minimum=5000),)
    )
    assert strict.met(ALL_MARKS, [result(PRE, 4999, -1)]) is None
    assert strict.met(ALL_MARKS, [result(PRE, 4999, -1), result(PRE, 5000, 30)]) is not None


def test_a_quiz_is_a_demand_only_where_it_must_be_passed_and_is_never_part_of_the_pair() -> None:
    quiz = Assessment(id=QUIZ, version=1, role="quiz", must_pass=True, minimum=6000)
    strict = replace(RULE, assessments=(*RULE.assessments, quiz))
    passed = [result(POST, 8000, 25)]
    assert strict.met(ALL_MARKS, [*passed, result(QUIZ, 5999, 1)]) is None
    completion = strict.met(ALL_MARKS, [*passed, result(QUIZ, 6000, 49)])
    assert completion is not None
    assert (completion.on, completion.pre, completion.post) == (date(2026, 11, 4), None, 8000)
    practice = replace(RULE, assessments=(*RULE.assessments, replace(quiz, must_pass=False)))
    assert practice.met(ALL_MARKS, passed) is not None


def test_a_course_without_lessons_is_completed_by_its_test_alone() -> None:
    rule = CompletionRule(lessons=(), assessments=RULE.assessments)
    completion = rule.met([], [result(PRE, 1000, 0), result(POST, 8000, 1)])
    assert completion is not None
    assert (completion.pre, completion.post, completion.minutes) == (1000, 8000, ())


def test_a_rule_that_asks_for_nothing_is_never_met() -> None:
    assert CompletionRule(lessons=RULE.lessons[2:], assessments=()).met([mark(EXTRA, 0)], []) is None


def test_the_order_in_which_facts_are_known_changes_nothing() -> None:
    marks = [*ALL_MARKS, mark(EXTRA, 25)]
    results = [result(PRE, 3000, -1), result(POST, 5000, 26, 1), result(POST, 8000, 27, 2)]
    orders = [(m, r) for m in permutations(marks) for r in permutations(results)]
    assert len({RULE.met(m, r) for m, r in orders}) == 1
