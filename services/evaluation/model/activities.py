"""Activities outside the courses: which days and minutes count, and who may do what in which state.

A person records a seminar, a coaching or the like with its certificate; somebody above verifies it, and only then it
counts. What a day is worth, and whether minutes have to be told, goes by the form in the JP table.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from services.evaluation.model.learning_hours import rule_of
from services.evaluation.model.rule_sets import FormRule, HoursRules, RuleSet, Scope, in_force
from shared.errors import Conflict, Forbidden, Invalid

ActivityState = Literal["submitted", "returned", "withdrawn", "verified", "revoked"]

MOST_DAYS = 366
MINUTES_OF_A_DAY = 24 * 60


class ActivityIsWrong(Invalid):
    """The days of an activity don't fit its form; `errors` says what to mend."""


class ActivityIsNotOpen(Conflict):
    """In its present state this can't be done with the activity."""


class ActivityIsYourOwn(Forbidden):
    """Nobody verifies, returns or revokes an activity of their own."""


def learnt_minutes(
    form: str, scope: Scope, days: Mapping[date, int | None], *, today: date, rule_sets: Sequence[RuleSet]
) -> dict[date, int]:
    """Give the minutes of each local day of an activity, as its form asks for them.

    A form that counts minutes needs those of every day. One that counts days or times does not; where none are told, a
    day stands for as many minutes as it is worth. One that counts once is dated by its last day alone.

    Raises `FormIsNotKnown`, and `ActivityIsWrong` for days that do not fit or are still to come.
    """
    _check_days(days, today, min(one.valid_from for one in rule_sets))
    learnt: dict[date, int] = {}
    for day, told in sorted(days.items()):
        hours = in_force(rule_sets, day).hours
        rule = rule_of(form, scope, hours)
        if rule.basis == "activity" and len(days) > 1:
            raise _wrong(f"{hours.form_names[form]} counts once: give its last day alone.")
        learnt[day] = _minutes_of(day, told, form, rule, hours)
    return learnt


def check_state(state: ActivityState, allowed: Iterable[ActivityState], act: str) -> None:
    """Raise `ActivityIsNotOpen` unless an activity is in one of these states; `act` is what can't be done."""
    if state not in allowed:
        raise ActivityIsNotOpen(f"This activity is {state}: it can't be {act}.", state=state)


def _check_days(days: Mapping[date, int | None], today: date, first: date) -> None:
    if not days:
        raise _wrong("Give at least one day.")
    if len(days) > MOST_DAYS:
        raise _wrong(f"Give at most {MOST_DAYS} days; record what is longer in parts.")
    if max(days) > today:
        raise _wrong(f"{max(days)} is still to come; today is {today}.")
    if min(days) < first:
        raise _wrong(f"No rule set was in force before {first}; {min(days)} can't be counted.")


def _minutes_of(day: date, told: int | None, form: str, rule: FormRule, hours: HoursRules) -> int:
    if told is not None and not 0 < told <= MINUTES_OF_A_DAY:
        raise _wrong(f"{day} has 1 to {MINUTES_OF_A_DAY} minutes; {told} are no such number.")
    if told is None and rule.basis == "minutes":
        raise _wrong(f"{hours.form_names[form]} counts minutes: give those of {day}.")
    return rule.jp * hours.minutes_per_jp if told is None else told


def _wrong(sentence: str) -> ActivityIsWrong:
    return ActivityIsWrong(sentence, errors={"days": [sentence]})
