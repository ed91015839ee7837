"""Shares of people, such as those who completed of those who ended, with an interval and the display rule."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from services.evaluation.model.display import DisplayClass, display_class
from services.evaluation.model.rule_sets import DisplayRules


@dataclass(frozen=True, slots=True)
class Rate:
    """A share (0 to 1) of n people with its interval; `count` of them are meant."""

    count: int
    share: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class RateFigure:
    """A rate as it may be shown: what the display rule withholds is None. `n` is withheld when suppressed."""

    display: DisplayClass
    n: int | None
    rate: Rate | None


def rate_figure(count: int, n: int, rules: DisplayRules) -> RateFigure:
    """Give the share of `count` among n people, as the display rule lets it be shown."""
    display = display_class(n, rules)
    if display == "suppressed":
        return RateFigure(display, None, None)
    if display == "count only":
        return RateFigure(display, n, None)
    return RateFigure(display, n, Rate(count, count / n, wilson_interval(count, n, rules.confidence)))


def wilson_interval(count: int, n: int, confidence: float) -> tuple[float, float]:
    """Give the interval of a share, which stays within 0 and 1 also for few people (Wilson 1927).

    (p + z^2/2n +- z sqrt(p (1-p) / n + z^2 / 4n^2)) / (1 + z^2/n), p = count / n, z the normal quantile; n is at
    least 1.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = count / n
    centre = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    # At the ends the bound is exactly 0 or 1; the root would round beside it.
    return (0.0 if count == 0 else (centre - reach) / whole), (1.0 if count == n else (centre + reach) / whole)
