"""The competency level: set, raised and lowered by evidence alone, stale by time, and what an enrolment moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.evaluation.model.evidence import Weights, of_completion, of_items, of_rating, of_score
from services.evaluation.model.ledger import buckets_of
from services.evaluation.model.lines import (
    SOURCE_OF_COMPLETIONS,
    SOURCE_OF_SCORES,
    Line,
    Role,
    month_of,
    source_of_ratings,
    source_of_tests,
)
from services.evaluation.model.profiles import (
    NOT_ASSESSED,
    LevelStep,
    freshness_on,
    levels_gained,
    read_profile,
)
from services.evaluation.model.rule_sets import RuleSet
from shared.events.assessment import MarkedItem
from shared.ids import new_id

ENROLMENT, COURSE = UUID(int=7), UUID(int=8)
FIRST, A_YEAR_LATER = date(2025, 3, 10), date(2026, 3, 20)


def line(piece: int, source: str, on: date, weights: Weights, **more: Any) -> Line:
    return Line(
        piece=UUID(int=piece),
        revision=1,
        competency="komunikasi",
        source=source,
        dated_on=on,
        weights=weights,
        rule_set="nasional-2019-01",
        **more,
    )


def assessment_centre(piece: int, level: int, on: date, rule_set: RuleSet) -> Line:
    weights = of_rating(level, "assessment_centre", rule_set)
    return line(piece, source_of_ratings("assessment_centre"), on, weights)


def completion(piece: int, on: date, rule_set: RuleSet) -> Line:
    return line(piece, SOURCE_OF_COMPLETIONS, on, of_completion(rule_set), enrolment=ENROLMENT)


def attempt(piece: int, right: int, on: date, rule_set: RuleSet, *, role: Role = "post", level: int = 2) -> Line:
    """An attempt of twenty four-option items, of which so many are right."""
    items = [
        MarkedItem(id=new_id(), competency="komunikasi", level=level, score=10_000 if number < right else 0, c=0.25)
        for number in range(20)
    ]
    return line(
        piece,
        source_of_tests(COURSE),
        on,
        of_items(items, rule_set),
        enrolment=ENROLMENT,
        role=role,
        handed_in_at=datetime(on.year, on.month, on.day, 3, tzinfo=UTC),
    )


def level_of(lines: Sequence[Line], rule_sets: tuple[RuleSet, ...]) -> int | None:
    return read_profile(lines, rule_sets).level


def test_a_single_result_of_an_assessment_centre_shows_as_itself(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    for level in (1, 2, 3, 4, 5):
        assert level_of([assessment_centre(1, level, FIRST, rule_set)], rule_sets) == level


def test_a_completion_a_year_later_leaves_the_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set), completion(2, A_YEAR_LATER, rule_set)]
    assert level_of(lines, rule_sets) == 4


def test_a_completion_does_not_lower_even_the_highest_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 5, FIRST, rule_set), completion(2, date(2029, 3, 1), rule_set)]
    assert level_of(lines, rule_sets) == 5


def test_faded_evidence_is_not_lowered_by_what_speaks_for_more(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    own_rating = line(2, source_of_ratings("self"), date(2029, 3, 1), of_rating(5, "self", rule_set))
    lines = [assessment_centre(1, 4, FIRST, rule_set), own_rating]
    assert level_of([own_rating], rule_sets) == 3
    assert level_of(lines, rule_sets) == 4


def test_an_easier_test_a_year_later_leaves_the_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set), attempt(2, 20, A_YEAR_LATER, rule_set, level=2)]
    assert level_of(lines, rule_sets) == 4


def test_a_lower_result_of_an_assessment_centre_lowers_the_level(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set), assessment_centre(2, 3, A_YEAR_LATER, rule_set)]
    reading = read_profile(lines, rule_sets)
    assert reading.level == 3
    assert reading.steps == (LevelStep(month_of(FIRST), 4), LevelStep(month_of(A_YEAR_LATER), 3))


def test_a_higher_result_raises_the_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 2, FIRST, rule_set), attempt(2, 20, A_YEAR_LATER, rule_set, level=4)]
    assert level_of(lines, rule_sets) == 4


def test_a_second_result_of_the_same_source_moves_the_level_with_less_weight(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    lines = [assessment_centre(1, 2, FIRST, rule_set), assessment_centre(2, 4, A_YEAR_LATER, rule_set)]
    assert level_of(lines, rule_sets) == 3


def test_a_rise_needs_as_much_information_as_the_rule_set_asks(rule_set: RuleSet) -> None:
    wary = replace(rule_set, level=replace(rule_set.level, information_to_raise=99))
    lines = [assessment_centre(1, 2, FIRST, rule_set), attempt(2, 20, A_YEAR_LATER, rule_set, level=4)]
    assert level_of(lines, (wary,)) == 2


def test_a_score_that_speaks_for_less_lowers_the_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    score = line(2, SOURCE_OF_SCORES, A_YEAR_LATER, of_score(2.0, 0.1, rule_set))
    assert level_of([assessment_centre(1, 4, FIRST, rule_set), score], rule_sets) == 2


def test_without_evidence_nothing_is_assessed(rule_sets: tuple[RuleSet, ...]) -> None:
    assert read_profile([], rule_sets, date(2026, 1, 1)) == NOT_ASSESSED


def test_a_completion_alone_does_not_make_a_level(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    reading = read_profile([completion(1, FIRST, rule_set)], rule_sets)
    assert (reading.level, reading.steps, reading.freshness) == (None, (), None)
    assert reading.information == pytest.approx(0.262364)


def test_a_level_never_falls_by_time_but_is_to_be_renewed(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set)]
    seen = [read_profile(lines, rule_sets, day) for day in (FIRST, date(2026, 10, 1), date(2029, 1, 1))]
    assert [reading.level for reading in seen] == [4, 4, 4]
    assert [reading.freshness for reading in seen] == ["fresh", "fresh", "to be renewed"]
    assert seen[2].newest_month == month_of(FIRST)


def test_freshness_follows_the_information_that_is_left(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    buckets = buckets_of([line(1, "score", date(2025, 1, 1), (-4_000_000, 0, 0, 0, 0))])
    at = [freshness_on(buckets, rule_sets, day) for day in (date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 1))]
    assert at == ["fresh", "ageing", "ageing"]
    assert freshness_on(buckets, rule_sets, date(2027, 2, 1)) == "to be renewed"
    assert freshness_on(buckets, rule_sets, date(2027, 2, 1), "daily") == "ageing"


def test_a_past_day_is_read_from_the_evidence_of_its_time(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set), assessment_centre(2, 3, A_YEAR_LATER, rule_set)]
    assert read_profile(lines, rule_sets, date(2026, 2, 28)).level == 4
    assert read_profile(lines, rule_sets, date(2025, 2, 28)) == NOT_ASSESSED


def test_withdrawn_evidence_gives_the_level_back(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    four, three = assessment_centre(1, 4, FIRST, rule_set), assessment_centre(2, 3, A_YEAR_LATER, rule_set)
    assert read_profile([four, replace(three, withdrawn=True)], rule_sets) == read_profile([four], rule_sets)
    assert read_profile([replace(four, withdrawn=True)], rule_sets) == NOT_ASSESSED


def test_each_month_is_read_by_the_rule_set_of_its_first_day(rule_set: RuleSet) -> None:
    strict = replace(
        rule_set, code="strict", valid_from=date(2026, 3, 2), level=replace(rule_set.level, information_to_set=99)
    )
    rule_sets: tuple[RuleSet, ...] = (rule_set, strict)
    assert read_profile([assessment_centre(1, 4, date(2026, 3, 20), rule_set)], rule_sets).level == 4
    april = read_profile([assessment_centre(1, 4, date(2026, 4, 1), rule_set)], rule_sets)
    assert (april.level, april.rule_set) == (None, "strict")


def test_an_enrolment_gained_what_its_post_test_and_completion_moved(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    day = date(2026, 3, 20)
    pre = attempt(1, 12, date(2026, 2, 1), rule_set, role="pre", level=3)
    post, done = attempt(2, 20, day, rule_set, level=3), completion(3, day, rule_set)
    gained = levels_gained([pre, post, done], rule_sets, enrolment=ENROLMENT, completed_on=day)
    after = read_profile([post, done], rule_sets, day).expected_level
    before = read_profile([pre], rule_sets, day).expected_level
    assert after is not None
    assert before is not None
    assert gained == round((after - before) * 1_000_000) > 1_000_000


def test_what_comes_after_the_month_of_completion_moves_no_gain(
    rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]
) -> None:
    day = date(2026, 3, 20)
    lines = [attempt(1, 12, day, rule_set, role="pre", level=3), completion(3, day, rule_set)]
    late = attempt(2, 20, date(2026, 4, 1), rule_set, level=3)
    gained = levels_gained(lines, rule_sets, enrolment=ENROLMENT, completed_on=day)
    assert levels_gained([*lines, late], rule_sets, enrolment=ENROLMENT, completed_on=day) == gained != 0


def test_an_enrolment_without_evidence_gained_nothing(rule_set: RuleSet, rule_sets: tuple[RuleSet, ...]) -> None:
    lines = [assessment_centre(1, 4, FIRST, rule_set)]
    assert levels_gained(lines, rule_sets, enrolment=ENROLMENT, completed_on=A_YEAR_LATER) == 0
