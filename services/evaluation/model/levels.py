"""Levels gained by the people who completed, by competency, with the display rule."""

from dataclasses import dataclass

from services.evaluation.model.display import DisplayClass, display_class
from services.evaluation.model.evidence import MICRO
from services.evaluation.model.means import Mean, mean_of
from services.evaluation.model.rule_sets import DisplayRules


@dataclass(frozen=True, slots=True)
class LevelsFigure:
    """What n completions gained in one competency, in levels, as it may be shown: what is withheld is None."""

    competency: str
    display: DisplayClass
    n: int | None
    total: float | None
    mean: Mean | None


def levels_figure(competency: str, n: int, total: int, squares: int, rules: DisplayRules) -> LevelsFigure:
    """Give the levels gained of n completions from the exact sum and sum of squares of their micro-levels."""
    display = display_class(n, rules)
    if display == "suppressed":
        return LevelsFigure(competency, display, None, None, None)
    found = None if display == "count only" else mean_of(n, total, squares, rules.confidence)
    if found is None:
        return LevelsFigure(competency, display, n, None, None)
    return LevelsFigure(competency, display, n, total / MICRO, _in_levels(found))


def _in_levels(mean: Mean) -> Mean:
    """Turn micro-levels into levels."""
    interval = mean.interval and (mean.interval[0] / MICRO, mean.interval[1] / MICRO)
    return Mean(mean.n, mean.mean / MICRO, None if mean.sd is None else mean.sd / MICRO, interval)
