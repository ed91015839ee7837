"""Figures of a programme: exact sums over pre/post pairs, and the gain they show.

Scores are whole numbers on a fixed grid (basis points), so sums of them are exact in any order, and pairs can be taken
out again. Every figure is one division or root of exact sums, rounded once at the end.
"""

import math
from dataclasses import dataclass
from typing import Self

from services.evaluation.model.display import DisplayClass, display_class
from services.evaluation.model.means import mean_of
from services.evaluation.model.rule_sets import DisplayRules


@dataclass(frozen=True, slots=True)
class PairSums:
    """Exact sums over n pairs of a score before (pre) and after (post) a training, in the unit of the scores."""

    n: int = 0
    pre: int = 0
    post: int = 0
    pre_squared: int = 0
    post_squared: int = 0
    pre_times_post: int = 0

    @classmethod
    def of(cls, pre: int, post: int) -> Self:
        """Give the sums of one pair."""
        return cls(1, pre, post, pre * pre, post * post, pre * post)

    def __add__(self, other: "PairSums") -> "PairSums":
        return PairSums(
            self.n + other.n,
            self.pre + other.pre,
            self.post + other.post,
            self.pre_squared + other.pre_squared,
            self.post_squared + other.post_squared,
            self.pre_times_post + other.pre_times_post,
        )

    def __sub__(self, other: "PairSums") -> "PairSums":
        return PairSums(
            self.n - other.n,
            self.pre - other.pre,
            self.post - other.post,
            self.pre_squared - other.pre_squared,
            self.post_squared - other.post_squared,
            self.pre_times_post - other.pre_times_post,
        )

    @property
    def gain(self) -> int:
        """Give the sum of post - pre."""
        return self.post - self.pre

    @property
    def gain_squared(self) -> int:
        """Give the sum of (post - pre) squared."""
        return self.post_squared - 2 * self.pre_times_post + self.pre_squared

    @property
    def correlation(self) -> float | None:
        """Give Pearson's r of pre and post; None when either does not vary."""
        scatter_pre = self.n * self.pre_squared - self.pre**2
        scatter_post = self.n * self.post_squared - self.post**2
        if not scatter_pre or not scatter_post:
            return None
        together = self.n * self.pre_times_post - self.pre * self.post
        if together**2 == scatter_pre * scatter_post:
            return math.copysign(1.0, together)  # A root would round to nearly 1, and 1 - r to noise.
        return together / math.sqrt(scatter_pre * scatter_post)


@dataclass(frozen=True, slots=True)
class Effect:
    """A standardised paired gain: `d`, its small-sample correction `g` (Hedges), and the variance of `g`."""

    spread: float
    d: float
    g: float
    variance: float


@dataclass(frozen=True, slots=True)
class Gain:
    """The paired gain: mean of post - pre with its t interval and SD, in the unit of the scores; n is the pairs.

    `interval` and `sd` are None below two pairs. `effect` is None where it can't be estimated: below three pairs, or
    when scores do not vary.
    """

    n: int
    mean: float
    sd: float | None
    interval: tuple[float, float] | None
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class ShrunkEffect:
    """A standardised gain drawn towards what trainings usually reach, with its standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class GainFigure:
    """A programme's gain as it may be shown: what the display rule withholds is None.

    `n` is withheld when suppressed. A preliminary figure has the shrunk effect alone; a shown one has the gain too.
    Programmes are ranked by the shrunk effect only, since raw gains put the smallest groups on top.
    """

    display: DisplayClass
    n: int | None
    gain: Gain | None
    shrunk: ShrunkEffect | None


@dataclass(frozen=True, slots=True)
class MeasuredGain:
    """What is told of a gain beyond the city: the mean with its interval, in the unit of the scores, and g.

    What the display rule withholds is None. Of a preliminary figure only the shrunk g is told.
    """

    display: DisplayClass
    n: int | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    g: float | None = None


def gain(sums: PairSums, confidence: float) -> Gain | None:
    """Give the paired gain of these sums, with an interval of this confidence (.95); None without pairs.

    It is the mean of D = post - pre, as `mean_of` gives it. It is a gain and not an effect of the training: nobody was
    compared with.
    """
    found = mean_of(sums.n, sums.gain, sums.gain_squared, confidence)
    return None if found is None else Gain(found.n, found.mean, found.sd, found.interval, effect_of(sums))


def effect_of(sums: PairSums) -> Effect | None:
    """Give the standardised gain of these sums, as `paired_effect` defines it; None where it can't be estimated."""
    n, correlation = sums.n, sums.correlation
    if n < 3 or correlation is None:
        return None
    sd = math.sqrt((n * sums.gain_squared - sums.gain**2) / (n * (n - 1)))
    return paired_effect(sums.gain / n, sd, correlation, n)


def paired_effect(mean: float, sd: float, correlation: float, n: int) -> Effect | None:
    """Standardise a paired gain by the spread within a measurement (Borenstein et al. 2009, ch. 4).

    S_w = SD_D / sqrt(2 (1-r)); d = mean / S_w; g = J d, J = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), m = n - 1 (Hedges
    1981); Var g = J^2 (1/n + d^2 / (2n)) 2 (1-r). None below three pairs, or when all moved alike (r = 1).
    """
    apart = 2 * (1 - correlation)
    if n < 3 or sd <= 0 or apart <= 0:
        return None
    spread = sd / math.sqrt(apart)
    d = mean / spread
    correction = hedges_correction(n - 1)
    return Effect(spread, d, correction * d, correction**2 * (1 / n + d * d / (2 * n)) * apart)


def hedges_correction(freedom: int) -> float:
    """Give J, which takes the bias of small samples out of d, for two degrees of freedom or more (Hedges 1981)."""
    return math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)


def shrunk(effect: Effect, rules: DisplayRules) -> ShrunkEffect:
    """Draw g towards the usual effect of trainings, by the normal-normal model: precisions add up.

    mean = (g / V + mu / s^2) / (1/V + 1/s^2), sd = (1/V + 1/s^2)^(-1/2), V = Var g; mu and s from the rule set.
    """
    own = 1 / effect.variance
    usual = 1 / rules.prior_sd**2
    return ShrunkEffect((effect.g * own + rules.prior_mean * usual) / (own + usual), 1 / math.sqrt(own + usual))


def gain_figure(sums: PairSums, rules: DisplayRules) -> GainFigure:
    """Give the gain as the display rule lets it be shown."""
    display = display_class(sums.n, rules)
    if display == "suppressed":
        return GainFigure(display, None, None, None)
    if display == "count only":
        return GainFigure(display, sums.n, None, None)
    effect = effect_of(sums)
    steadied = None if effect is None else shrunk(effect, rules)
    return GainFigure(display, sums.n, gain(sums, rules.confidence) if display == "shown" else None, steadied)


def measured_gain(sums: PairSums, rules: DisplayRules) -> MeasuredGain:
    """Give what is told of these sums beyond the city, as the display rule lets it be."""
    figure = gain_figure(sums, rules)
    if figure.gain is None or figure.gain.interval is None:
        return MeasuredGain(figure.display, figure.n, g=None if figure.shrunk is None else figure.shrunk.mean)
    low, high = figure.gain.interval
    effect = figure.gain.effect
    return MeasuredGain(figure.display, figure.n, figure.gain.mean, low, high, None if effect is None else effect.g)
