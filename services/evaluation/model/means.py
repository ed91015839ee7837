"""A mean with its spread and interval, from exact sums of whole numbers: n, the sum of x and the sum of x squared."""

import math
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of n values with its t interval and standard deviation, in their unit; the two are None below n = 2."""

    n: int
    mean: float
    sd: float | None
    interval: tuple[float, float] | None


def mean_of(n: int, total: int, squares: int, confidence: float) -> Mean | None:
    """Give the mean of n values from their sum and sum of squares, with an interval of this confidence (.95).

    SD = sqrt((n sum x^2 - (sum x)^2) / (n (n-1))); interval mean +- t(n-1) SD / sqrt(n) (Student 1908). Each is rounded
    once, after exact integers, so that the order of the values makes no difference. None without values.
    """
    if n < 1:
        return None
    mean = total / n
    if n < 2:
        return Mean(n, mean, None, None)
    scatter = n * squares - total**2
    reach = t_quantile(n - 1, confidence) * math.sqrt(scatter / (n * n * (n - 1)))
    return Mean(n, mean, math.sqrt(scatter / (n * (n - 1))), (mean - reach, mean + reach))


@lru_cache(maxsize=1024)
def t_quantile(freedom: int, confidence: float) -> float:
    """Give the t that holds this share of Student's distribution between -t and t."""
    # scipy is large; whoever only adds up sums does not pay for it.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))
