"""The competency level of a person, folded over the months that hold evidence: a function of lines and rule sets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.evaluation.model.evidence import MICRO
from services.evaluation.model.ledger import Bucket, Reading, buckets_of, read, speaks_for_less
from services.evaluation.model.lines import Line, first_day_of, month_of, settled
from services.evaluation.model.rule_sets import Five, LevelRules, RuleSet, in_force

Freshness = Literal["fresh", "ageing", "to be renewed"]


@dataclass(frozen=True, slots=True)
class LevelStep:
    """From this month on the person has this level."""

    month: int
    level: int


@dataclass(frozen=True, slots=True)
class CompetencyReading:
    """What the evidence says of one competency of one person.

    `level` is None and `freshness` too while it is not assessed. `steps` tells how the level came about, oldest first.
    `month`, `newest_month`, `posterior`, `expected_level` and `rule_set` are None without evidence that counts;
    `month` is the month read at, `information` in nat, `pieces` the number of pieces read.
    """

    level: int | None
    steps: tuple[LevelStep, ...]
    month: int | None
    newest_month: int | None
    posterior: Five | None
    expected_level: float | None
    information: float
    freshness: Freshness | None
    pieces: int
    rule_set: str | None


NOT_ASSESSED = CompetencyReading(None, (), None, None, None, None, 0.0, None, 0, None)
"""The reading of a ledger in which nothing counts."""


def read_profile(
    lines: Iterable[Line], rule_sets: Sequence[RuleSet], as_of: date | None = None, practice: str | None = None
) -> CompetencyReading:
    """Read the lines of one person and competency as they stand on a day.

    Evidence of later months is left out. Without a day it is read at the newest month that holds evidence: what a
    projection keeps, since it knows no clock. `practice` picks the half-life.

    Raises `NoRuleSetInForce` for a month before the first rule set.
    """
    buckets = buckets_of(lines if as_of is None else _until(lines, month_of(as_of)))
    if not buckets:
        return NOT_ASSESSED
    newest = max(bucket.month for bucket in buckets)
    month = newest if as_of is None else month_of(as_of)
    rule_set = in_force(rule_sets, first_day_of(month))
    reading = read(buckets, month, rule_set.level, practice)
    steps = level_steps(buckets, rule_sets, practice)
    return CompetencyReading(
        level=steps[-1].level if steps else None,
        steps=steps,
        month=month,
        newest_month=newest,
        posterior=reading.posterior,
        expected_level=reading.expected_level,
        information=reading.information,
        freshness=freshness(reading.information, rule_set.level) if steps else None,
        pieces=sum(bucket.count for bucket in buckets),
        rule_set=rule_set.code,
    )


def level_steps(
    buckets: Sequence[Bucket], rule_sets: Sequence[RuleSet], practice: str | None = None
) -> tuple[LevelStep, ...]:
    """Fold the level over the months that hold evidence, and tell each change of it.

    The first month with enough information sets it; a higher reading raises it; a lower reading lowers it only if that
    month's tests, ratings or scores speak for less. So it never falls by time, by an easier course or by a completion.
    """
    steps: list[LevelStep] = []
    for month in sorted({bucket.month for bucket in buckets}):
        rules = in_force(rule_sets, first_day_of(month)).level
        level = steps[-1].level if steps else None
        folded = _next_level(level, read(buckets, month, rules, practice), buckets, rules)
        if folded is not None and folded != level:
            steps.append(LevelStep(month, folded))
    return tuple(steps)


def freshness(information: float, rules: LevelRules) -> Freshness:
    """Say how old a level's evidence has become, by the information that is left of it, in nat."""
    if information >= rules.fresh_from:
        return "fresh"
    return "ageing" if information >= rules.ageing_from else "to be renewed"


def freshness_on(
    buckets: Sequence[Bucket], rule_sets: Sequence[RuleSet], on: date, practice: str | None = None
) -> Freshness:
    """Say how old the evidence in these buckets is on a day, for a level that has been set."""
    month = month_of(on)
    rules = in_force(rule_sets, first_day_of(month)).level
    return freshness(read(buckets, month, rules, practice).information, rules)


def levels_gained(
    lines: Iterable[Line],
    rule_sets: Sequence[RuleSet],
    *,
    enrolment: UUID,
    completed_on: date,
    practice: str | None = None,
) -> int:
    """Say by how much an enrolment moved the expected level of one person and competency, in whole micro-levels.

    It is E[L] with minus E[L] without the enrolment's post-tests and completion (without them its pre-test counts
    again), from evidence of the completion's month and before, read at that month.
    """
    month = month_of(completed_on)
    rules = in_force(rule_sets, first_day_of(month)).level
    known = _until(lines, month)
    others = [line for line in known if not (line.enrolment == enrolment and line.is_post_training)]
    after = read(buckets_of(known), month, rules, practice)
    before = read(buckets_of(others), month, rules, practice)
    return round((after.expected_level - before.expected_level) * MICRO)


def _next_level(level: int | None, reading: Reading, buckets: Sequence[Bucket], rules: LevelRules) -> int | None:
    read_level = reading.level(rules.probability)
    if level is None:
        return read_level if reading.information >= rules.information_to_set else None
    if read_level > level:
        return read_level if reading.information >= rules.information_to_raise else level
    if read_level < level and speaks_for_less(buckets, reading.month, level, rules):
        return read_level
    return level


def _until(lines: Iterable[Line], month: int) -> list[Line]:
    """Keep the pieces dated in a month or before; a piece is dated by its highest revision."""
    return [line for line in settled(lines) if line.month <= month]
