"""The evidence ledger: exact sums of evidence, read as probabilities of the five levels.

Evidence that counts is added up in a bucket for each source and month. Reading the buckets at a month discounts them
by age and by the number of pieces from the same source: a discounted Bayesian ledger.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.evaluation.model.evidence import MICRO, Weights
from services.evaluation.model.lines import Kind, Line, counting, kind_of
from services.evaluation.model.rule_sets import LEVELS, Five, LevelRules


@dataclass(frozen=True, slots=True)
class Bucket:
    """The sum of the evidence that counts from one source in one month: `weights` in micro-nats, `count` pieces."""

    source: str
    month: int
    count: int
    weights: Weights

    @property
    def kind(self) -> Kind:
        """Say what kind of evidence this is a sum of."""
        return kind_of(self.source)


@dataclass(frozen=True, slots=True)
class Reading:
    """The ledger read at one month: a probability for each level (they add up to 1), and information in nat."""

    month: int
    posterior: Five
    information: float

    @property
    def expected_level(self) -> float:
        """Give E[L], the mean of the level."""
        return sum(level * probability for level, probability in zip(LEVELS, self.posterior, strict=True))

    def level(self, probability: float) -> int:
        """Give the highest level that the person reaches with at least this probability."""
        reached = 0.0
        for level in reversed(LEVELS):
            reached += self.posterior[level - 1]
            if reached >= probability:
                return level
        return LEVELS[0]


def buckets_of(lines: Iterable[Line]) -> tuple[Bucket, ...]:
    """Add up the lines that count of one person and competency, sorted by source and month."""
    sums: dict[tuple[str, int], tuple[int, Weights]] = {}
    for line in counting(lines):
        key = (line.source, line.month)
        count, total = sums.get(key, (0, (0, 0, 0, 0, 0)))
        sums[key] = (count + 1, _plus(total, line.weights))
    return tuple(Bucket(source, month, *sums[source, month]) for source, month in sorted(sums))


def read(buckets: Sequence[Bucket], month: int, rules: LevelRules, practice: str | None = None) -> Reading:
    """Read the evidence of a month and before as probabilities of the levels.

    ln p(L) = ln prior(L) + 1e-6 sum of w 2^(-(t-m)/H) B[m][L] - const, over buckets B in sorted order so that the
    result agrees to the bit; H the half-life in months, w = 1/(1 + (n-1) rho) for n pieces of the same source (the
    design effect of n equally correlated results, Kish 1965). Information is the sum of the discounted max - min over
    buckets, in nat. `practice` picks the half-life ("daily", "procedure"; None for the usual one).
    """
    known = sorted((bucket for bucket in buckets if bucket.month <= month), key=lambda b: (b.source, b.month))
    dependence = dependence_weights(known, rules)
    half_life = rules.half_life_of(practice)
    one, two, three, four, five = (math.log(share) for share in rules.prior)
    information = 0.0
    for bucket in known:
        nat = dependence[bucket.source] * 2.0 ** (-(month - bucket.month) / half_life) / MICRO
        weights = bucket.weights
        one += nat * weights[0]
        two += nat * weights[1]
        three += nat * weights[2]
        four += nat * weights[3]
        five += nat * weights[4]
        information += nat * (max(weights) - min(weights))
    return Reading(month, _shares(one, two, three, four, five), information)


def dependence_weights(buckets: Iterable[Bucket], rules: LevelRules) -> dict[str, float]:
    """Weigh each source's pieces for depending on one another: 1/(1 + (n-1) rho), n counted without discount."""
    pieces: dict[str, int] = {}
    for bucket in buckets:
        pieces[bucket.source] = pieces.get(bucket.source, 0) + bucket.count
    return {source: 1 / (1 + (count - 1) * rules.source_dependence) for source, count in pieces.items()}


def speaks_for_less(buckets: Sequence[Bucket], month: int, level: int, rules: LevelRules) -> bool:
    """Say whether a month's own evidence, completions apart, makes some lower level likelier than this one.

    The pieces are weighed as a reading at that month weighs them.
    """
    dependence = dependence_weights((bucket for bucket in buckets if bucket.month <= month), rules)
    heard = [bucket for bucket in buckets if bucket.month == month and bucket.kind != "completion"]
    heard.sort(key=lambda bucket: bucket.source)
    likelihood = [sum(dependence[bucket.source] * bucket.weights[at - 1] for bucket in heard) for at in LEVELS]
    return any(likelihood[lower - 1] > likelihood[level - 1] for lower in range(LEVELS[0], level))


def _plus(one: Weights, other: Weights) -> Weights:
    return (
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        one[4] + other[4],
    )


def _shares(one: float, two: float, three: float, four: float, five: float) -> Five:
    top = max(one, two, three, four, five)
    odds = [math.exp(value - top) for value in (one, two, three, four, five)]
    total = sum(odds)
    return odds[0] / total, odds[1] / total, odds[2] / total, odds[3] / total, odds[4] / total
