"""Learning hours: the JP table with its caps, and what is due to whom."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.evaluation.model.learning_hours import (
    Activity,
    FormIsNotKnown,
    HoursAreWrong,
    HoursStanding,
    counted_minutes,
    hours_standing,
    jp_of,
    uncapped_minutes,
)
from services.evaluation.model.rule_sets import RuleSet, Scope

RuleSets = tuple[RuleSet, ...]


def activity(number: int, form: str, minutes: dict[date, int], scope: Scope = "domestic") -> Activity:
    return Activity(UUID(int=number), form, scope, minutes)


def march(day: int) -> date:
    return date(2026, 3, day)


def jp(activities: list[Activity], rule_set: RuleSet) -> Decimal:
    counted = counted_minutes(activities, [rule_set])
    return jp_of(sum(sum(days.values()) for days in counted.values()), rule_set)


def test_technical_training_counts_as_it_was(rule_set: RuleSet) -> None:
    training = activity(1, "B3", {march(day): 360 for day in (2, 3, 4, 5, 6)})
    assert jp([training], rule_set) == Decimal("40.00")


def test_technical_training_abroad_counts_a_fifth_more(rule_set: RuleSet) -> None:
    assert jp([activity(1, "B3", {march(2): 450}, "international")], rule_set) == Decimal("12.00")


def test_a_seminar_of_three_days_counts_four_jp_a_day(rule_set: RuleSet) -> None:
    assert jp([activity(1, "B6", {march(2): 400, march(3): 60, march(4): 1})], rule_set) == 12


def test_two_seminars_on_one_day_count_as_one_day(rule_set: RuleSet) -> None:
    seminars = [activity(1, "B6", {march(2): 120}), activity(2, "B6", {march(2): 120})]
    assert jp(seminars, rule_set) == 4


def test_a_workshop_of_two_days_abroad_counts_seven_jp_a_day(rule_set: RuleSet) -> None:
    assert jp([activity(1, "B7", {march(2): 300, march(3): 300}, "international")], rule_set) == 14


def test_a_third_coaching_of_a_month_is_capped(rule_set: RuleSet) -> None:
    sessions = [activity(day, "C1", {march(day): 60}) for day in (2, 9, 16)]
    counted = counted_minutes([*sessions, activity(20, "C1", {date(2026, 4, 6): 60})], [rule_set])
    assert [sum(days.values()) // 45 for days in counted.values()] == [2, 2, 0, 2]


def test_sessions_of_one_coaching_programme_are_times_of_their_own(rule_set: RuleSet) -> None:
    programme = activity(1, "C1", {march(2): 60, march(9): 60, march(16): 60, date(2026, 4, 6): 60})
    assert jp([programme], rule_set) == 6


def test_e_learning_counts_three_jp_a_day_at_most(rule_set: RuleSet) -> None:
    assert jp([activity(1, "C3", {march(2): 300})], rule_set) == 3
    spread = activity(1, "C3", {march(2): 100, march(3): 100, march(4): 100})
    assert jp([spread], rule_set) == Decimal("6.67")


def test_the_cap_of_a_day_holds_across_courses(rule_set: RuleSet) -> None:
    courses = [activity(2, "C3", {march(2): 100}), activity(1, "C3", {march(2): 100})]
    assert counted_minutes(courses, [rule_set]) == {UUID(int=1): {march(2): 100}, UUID(int=2): {march(2): 35}}


def test_self_study_abroad_is_capped_before_the_fifth_is_added(rule_set: RuleSet) -> None:
    assert jp([activity(1, "C9", {march(2): 200}, "international")], rule_set) == Decimal("2.40")


def test_a_secondment_counts_once_on_its_last_day(rule_set: RuleSet) -> None:
    secondment = activity(1, "C5", {march(2): 480, march(30): 480, march(31): 0})
    assert counted_minutes([secondment], [rule_set]) == {UUID(int=1): {march(30): 900}}


def test_days_without_minutes_count_nothing(rule_set: RuleSet) -> None:
    assert counted_minutes([activity(1, "B6", {march(2): 0})], [rule_set]) == {UUID(int=1): {}}


@pytest.mark.parametrize(("form", "scope"), [("Z9", "domestic"), ("B1", "international")])
def test_a_form_without_a_rule_is_refused(form: str, scope: Scope, rule_set: RuleSet) -> None:
    with pytest.raises(FormIsNotKnown, match="choose a form of the JP table"):
        counted_minutes([activity(1, form, {march(2): 45}, scope)], [rule_set])


def test_negative_minutes_are_refused() -> None:
    with pytest.raises(HoursAreWrong, match="negative"):
        activity(1, "B3", {march(2): -1})


def standing(minutes: dict[date, int], employment_type: str, on: date, rule_set: RuleSet) -> HoursStanding:
    return hours_standing(
        [minutes],
        employment_type=employment_type,
        contract_start=date(2024, 2, 29),
        on=on,
        rule_sets=[rule_set],
    )


def test_half_a_jp_under_the_floor_is_not_met(rule_set: RuleSet) -> None:
    # 19.5 JP are 877.5 minutes; 878 whole ones come nearest.
    minutes = {march(2): 877, date(2025, 12, 31): 400, date(2026, 12, 31): 1}
    result = standing(minutes, "PNS", date(2026, 12, 31), rule_set)
    assert (result.begins, result.ends) == (date(2026, 1, 1), date(2026, 12, 31))
    assert not result.is_met
    assert jp_of(result.minutes, rule_set) == Decimal("19.51")
    assert (result.short, jp_of(result.short, rule_set)) == (22, Decimal("0.49"))
    assert result.over == 0


def test_more_than_the_ceiling_is_met_and_flagged(rule_set: RuleSet) -> None:
    result = standing({march(2): 26 * 45}, "PPPK", march(2), rule_set)
    assert result.is_met
    assert jp_of(result.over, rule_set) == 2
    assert result.floor is None


@pytest.mark.parametrize(
    ("on", "begins", "ends"),
    [
        (date(2024, 2, 29), date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2025, 3, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 2, 28), date(2027, 3, 1), date(2028, 2, 28)),
    ],
)
def test_a_contract_year_begins_on_its_day_even_if_that_is_a_leap_day(
    on: date, begins: date, ends: date, rule_set: RuleSet
) -> None:
    result = standing({begins: 45, ends: 45}, "PPPK", on, rule_set)
    assert (result.begins, result.ends, result.minutes) == (begins, ends, 90)


def test_the_floor_of_a_calendar_year_is_met_at_twenty_jp(rule_set: RuleSet) -> None:
    assert standing({march(2): 900}, "PNS", march(2), rule_set).is_met


def test_what_can_not_be_answered_is_refused(rule_set: RuleSet) -> None:
    with pytest.raises(HoursAreWrong, match="due for PNS, PPPK"):
        standing({}, "honorer", march(2), rule_set)
    with pytest.raises(HoursAreWrong, match="had not begun"):
        standing({}, "PPPK", date(2024, 2, 28), rule_set)
    with pytest.raises(HoursAreWrong, match="start of the contract is not known"):
        hours_standing([], employment_type="PPPK", contract_start=None, on=march(2), rule_sets=[rule_set])


def test_what_the_caps_took_off_is_the_difference_to_what_would_count_without_them(rule_set: RuleSet) -> None:
    online = activity(1, "C3", {march(2): 200, march(3): 60})
    assert uncapped_minutes(online, [rule_set]) == {march(2): 200, march(3): 60}
    assert counted_minutes([online], [rule_set])[online.id] == {march(2): 135, march(3): 60}
    coaching = activity(2, "C1", {march(day): 60 for day in (2, 9, 16)})
    assert list(uncapped_minutes(coaching, [rule_set]).values()) == [90, 90, 90]
    abroad = activity(3, "B3", {march(2): 450}, "international")
    assert uncapped_minutes(abroad, [rule_set]) == counted_minutes([abroad], [rule_set])[abroad.id]
