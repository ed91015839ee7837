"""The figures and learning hours computed anew from the bodies of events, without any code that evaluation folds with.

Only the dated reference data are shared: how many minutes of a form count on a day.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.evaluation.model.rule_sets import in_force
from services.evaluation.reference import national_rule_sets
from tests.crash.stored import Said, Stored

Figures = dict[tuple[str, str], dict[str, int]]
"""By tenant and course: how many enrolled and completed, their minutes, and sums over pairs of scores in bp."""

Hours = dict[tuple[str, str], tuple[int, int]]
"""By tenant and person: minutes that were learnt, and minutes that count."""

SUMS = (
    "enrolled",
    "active",
    "completed",
    "minutes",
    "pairs",
    "pre",
    "post",
    "pre_squared",
    "post_squared",
    "pre_times_post",
)


def figures(stored: Stored) -> Figures:
    """Add up enrolments and completions; each was said once here, because nothing is corrected or withdrawn."""
    found: Figures = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    completed = {one.about["enrolment"] for one in stored.of_type("wiyata.enrolment.training.completed")}
    for one in stored.of_type("wiyata.enrolment.learner.enrolled"):
        found[_course(one)]["enrolled"] += 1
    for one in stored.of_type("wiyata.enrolment.learning.started"):
        found[_course(one)]["active"] += one.about["enrolment"] not in completed
    for one in stored.of_type("wiyata.enrolment.training.completed"):
        sums, pre, post = found[_course(one)], one.about["pre"], one.about["post"]
        sums["completed"] += 1
        sums["minutes"] += sum(_by_day(one.about).values())  # Caps are a matter of a person's hours alone.
        if pre is not None and post is not None:
            pair = (1, pre, post, pre * pre, post * post, pre * post)
            for name, value in zip(SUMS[4:], pair, strict=True):
                sums[name] += value
    return dict(found)


def hours(stored: Stored) -> Hours:
    """Add up the minutes of each person, who completes one course here, so that no cap spans two."""
    found: Hours = {}
    for one in stored.of_type("wiyata.enrolment.training.completed"):
        learnt = _by_day(one.about)
        counted = sum(_under_the_cap(one.about, learnt).values())
        before = found.get((one.tenant, one.about["person"]), (0, 0))
        found[one.tenant, one.about["person"]] = before[0] + sum(learnt.values()), before[1] + counted
    return found


def kept_figures(stored: Stored) -> Figures:
    """Give what evaluation keeps as figures."""
    query = f"SELECT tenant::text, course::text, {', '.join(SUMS)} FROM course_figures"  # noqa: S608  # Our own names.
    return {
        (row["tenant"], row["course"]): {name: row[name] for name in SUMS} for row in stored.rows("evaluation", query)
    }


def kept_hours(stored: Stored) -> Hours:
    """Give what evaluation keeps as learning hours."""
    query = """
    SELECT tenant::text, person::text, sum(minutes)::bigint AS minutes, sum(counted)::bigint AS counted
    FROM hours_entries GROUP BY tenant, person
    """
    rows = stored.rows("evaluation", query)
    return {(row["tenant"], row["person"]): (row["minutes"], row["counted"]) for row in rows}


def _course(one: Said) -> tuple[str, str]:
    return one.tenant, one.about["course"]


def _by_day(about: Mapping[str, Any]) -> dict[date, int]:
    learnt: dict[date, int] = defaultdict(int)
    for one in about["minutes"]:
        learnt[date.fromisoformat(one["day"])] += one["minutes"]
    return learnt


def _under_the_cap(about: Mapping[str, Any], learnt: Mapping[date, int]) -> dict[date, int]:
    """Cut the minutes of each day to what the form allows."""
    counted = {}
    for day, minutes in learnt.items():
        rules = in_force(national_rule_sets(), day).hours
        most = rules.forms[about["form"], about["scope"]].most_jp_a_day
        counted[day] = minutes if most is None else min(minutes, most * rules.minutes_per_jp)
    return counted
