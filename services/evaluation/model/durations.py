"""How many days people took, from an exact histogram, with the display rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.evaluation.model.display import DisplayClass, display_class
from services.evaluation.model.rule_sets import DisplayRules


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The middle of some numbers of days, and the days below which a quarter and three quarters of them lie."""

    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class DurationFigure:
    """How long n people took, as it may be shown: what the display rule withholds is None."""

    display: DisplayClass
    n: int | None
    days: Quartiles | None


def duration_figure(people_by_days: Mapping[int, int], rules: DisplayRules) -> DurationFigure:
    """Give the quartiles of a histogram, people by number of days, as the display rule lets them be shown."""
    n = sum(people_by_days.values())
    display = display_class(n, rules)
    if display == "suppressed":
        return DurationFigure(display, None, None)
    return DurationFigure(display, n, None if display == "count only" else quartiles(people_by_days))


def quartiles(people_by_days: Mapping[int, int]) -> Quartiles:
    """Give the quartiles of a histogram of at least one person."""
    lower, median, upper = (quantile(people_by_days, Fraction(quarter, 4)) for quarter in (1, 2, 3))
    return Quartiles(lower, median, upper)


def quantile(people_by_days: Mapping[int, int], share: Fraction) -> float:
    """Give the quantile of a histogram by interpolation between its neighbours (type 7 of Hyndman and Fan 1996).

    With the n values sorted from x_0, it lies at place h = (n - 1) share: x_floor(h) + (h - floor(h)) (x_next -
    x_floor(h)). The place is exact, so it depends on the histogram alone.
    """
    place = (sum(people_by_days.values()) - 1) * share
    below = int(place)
    at, after = _value_at(people_by_days, below), _value_at(people_by_days, below + (place > below))
    return float(at + (place - below) * (after - at))


def _value_at(people_by_days: Mapping[int, int], place: int) -> int:
    """Give the value at a place, counted from 0, of the sorted values."""
    seen = 0
    for value in sorted(people_by_days):
        seen += people_by_days[value]
        if place < seen:
            return value
    raise ValueError(f"A histogram of {seen} values has none at place {place}.")
