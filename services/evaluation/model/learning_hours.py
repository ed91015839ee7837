"""Learning hours: JP (jam pelajaran), counted in whole minutes under the caps of the form of development.

PNS owe a floor of JP in each calendar year, PPPK have a ceiling in each year of contract; going over the ceiling is
said, never blocked. How a form counts, and how much is due, stands in the rule set in force on the day.
"""

from calendar import isleap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.evaluation.model.rule_sets import Entitlement, FormRule, HoursRules, RuleSet, Scope, in_force
from shared.errors import Invalid


class FormIsNotKnown(Invalid):
    """The rule set has no line for this form of development in this scope."""


class HoursAreWrong(Invalid):
    """An entry of learning hours, or the question asked about them, can't be used."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of development: its form, its scope, and the minutes of each local day."""

    id: UUID
    form: str
    scope: Scope
    minutes: Mapping[date, int]

    def __post_init__(self) -> None:
        if any(minutes < 0 for minutes in self.minutes.values()):
            raise HoursAreWrong("Minutes of a day can't be negative.")

    @property
    def days(self) -> list[date]:
        """Give the days on which something was learnt, in order."""
        return sorted(day for day, minutes in self.minutes.items() if minutes)


@dataclass(frozen=True, slots=True)
class HoursStanding:
    """Where a person stands on the last day of a period or within it, in whole minutes.

    `floor` and `ceiling` are None where none is set; `short` is what the floor still lacks, `over` what exceeds the
    ceiling: a warning, since nothing is taken away.
    """

    begins: date
    ends: date
    minutes: int
    floor: int | None
    ceiling: int | None
    rule_set: str

    @property
    def short(self) -> int:
        return max(0, (self.floor or 0) - self.minutes)

    @property
    def over(self) -> int:
        return 0 if self.ceiling is None else max(0, self.minutes - self.ceiling)

    @property
    def is_met(self) -> bool:
        return not self.short


NOTHING_DUE = Entitlement(period="calendar year", floor_jp=None, ceiling_jp=None)
"""What is due to the staff of a provider, who are no civil servants of a city."""


def counted_minutes(activities: Iterable[Activity], rule_sets: Sequence[RuleSet]) -> dict[UUID, dict[date, int]]:
    """Count all activities of one person: minutes by activity and local day, after the caps.

    Caps per day and month hold across the activities of a form, so hand over all that share a month. Where two of them
    meet a cap, the domestic one counts first, then the one with the lesser id. Minutes of a percentage are rounded half
    up, once for each day.

    Raises `FormIsNotKnown` for a form or scope without a rule on its day, `NoRuleSetInForce` before the first rule set.
    """
    known = list(activities)
    counted: dict[UUID, dict[date, int]] = {activity.id: {} for activity in known}
    days = sorted((day, activity.scope, activity.id, activity) for activity in known for day in activity.days)
    caps = _Caps()
    for day, _, _, activity in days:
        hours = in_force(rule_sets, day).hours
        minutes = _counted_on(day, activity, rule_of(activity.form, activity.scope, hours), hours.minutes_per_jp, caps)
        if minutes:
            counted[activity.id][day] = minutes
    return counted


def uncapped_minutes(activity: Activity, rule_sets: Sequence[RuleSet]) -> dict[date, int]:
    """Count one activity as if no other had used up a cap: minutes by local day, before any cap per day or month.

    Against `counted_minutes` it shows what the caps took off. Raises as that does.
    """
    counted: dict[date, int] = {}
    for day in activity.days:
        hours = in_force(rule_sets, day).hours
        rule = replace(rule_of(activity.form, activity.scope, hours), most_jp_a_day=None, most_times_a_month=None)
        counted[day] = _counted_on(day, activity, rule, hours.minutes_per_jp, _Caps())
    return counted


def hours_standing(
    counted: Iterable[Mapping[date, int]],
    *,
    employment_type: str | None,
    contract_start: date | None,
    on: date,
    rule_sets: Sequence[RuleSet],
) -> HoursStanding:
    """Add up the counted minutes of the period that holds a day, and compare them with what is due.

    `counted` holds minutes by local day, as `counted_minutes` gives them. To whom no entitlement of civil servants
    applies (an `employment_type` of None) nothing is due; their years are those of the calendar.

    Raises `HoursAreWrong` for an employment type without a rule, and for a contract year without the contract's start.
    """
    rule_set = in_force(rule_sets, on)
    hours = rule_set.hours
    due = NOTHING_DUE if employment_type is None else hours.entitlements.get(employment_type)
    if due is None:
        types = ", ".join(sorted(hours.entitlements))
        raise HoursAreWrong(f"Learning hours are due for {types}; {employment_type!r} is none of them.")
    begins, ends = _period(due, contract_start, on)
    return HoursStanding(
        begins=begins,
        ends=ends,
        minutes=sum(minutes for days in counted for day, minutes in days.items() if begins <= day <= ends),
        floor=None if due.floor_jp is None else due.floor_jp * hours.minutes_per_jp,
        ceiling=None if due.ceiling_jp is None else due.ceiling_jp * hours.minutes_per_jp,
        rule_set=rule_set.code,
    )


def rule_of(form: str, scope: Scope, hours: HoursRules) -> FormRule:
    """Give how a form counts in a scope. Raises `FormIsNotKnown`."""
    rule = hours.forms.get((form, scope))
    if rule is None:
        raise FormIsNotKnown(
            f"No rule counts form {form!r} with scope {scope!r}; choose a form of the JP table.", form=form, scope=scope
        )
    return rule


def jp_of(minutes: int, rule_set: RuleSet) -> Decimal:
    """Give minutes as JP with two decimals, rounded half up."""
    return (Decimal(minutes) / rule_set.hours.minutes_per_jp).quantize(Decimal("0.01"), ROUND_HALF_UP)


class _Caps:
    """What has been used up of the caps of each form: minutes by day, times by month."""

    def __init__(self) -> None:
        self._minutes: dict[tuple[str, date], int] = {}
        self._times: dict[tuple[str, int, int], int] = {}

    def use_minutes(self, form: str, day: date, wanted: int, most: int | None) -> int:
        """Use up to `wanted` minutes of a day, and say how many could be used."""
        used = self._minutes.get((form, day), 0)
        left = wanted if most is None else max(0, min(wanted, most - used))
        self._minutes[form, day] = used + left
        return left

    def use_time(self, form: str, day: date, most: int | None) -> bool:
        """Use one time of a month, and say whether there was one left."""
        month = (form, day.year, day.month)
        used = self._times.get(month, 0)
        if most is not None and used >= most:
            return False
        self._times[month] = used + 1
        return True


def _counted_on(day: date, activity: Activity, rule: FormRule, minutes_per_jp: int, caps: _Caps) -> int:
    worth = rule.jp * minutes_per_jp
    if rule.basis == "activity":
        return worth if day == activity.days[-1] else 0
    if rule.basis == "time":
        return worth if caps.use_time(activity.form, day, rule.most_times_a_month) else 0
    if rule.basis == "day":
        return caps.use_minutes(activity.form, day, worth, worth)
    most = None if rule.most_jp_a_day is None else rule.most_jp_a_day * minutes_per_jp
    minutes = caps.use_minutes(activity.form, day, activity.minutes[day], most)
    return (minutes * rule.percent + 50) // 100


def _period(due: Entitlement, contract_start: date | None, on: date) -> tuple[date, date]:
    if due.period == "calendar year":
        return date(on.year, 1, 1), date(on.year, 12, 31)
    if contract_start is None:
        raise HoursAreWrong("Learning hours go by year of contract; the start of the contract is not known.")
    if on < contract_start:
        raise HoursAreWrong(f"On {on} the contract had not begun; it starts on {contract_start}.")
    begins = _anniversary(contract_start, on.year)
    if begins > on:
        begins = _anniversary(contract_start, on.year - 1)
    return begins, _anniversary(contract_start, begins.year + 1) - timedelta(days=1)


def _anniversary(start: date, year: int) -> date:
    """Give the day on which a contract's year begins; one of 29 February begins on 1 March in a common year."""
    if (start.month, start.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return start.replace(year=year)
