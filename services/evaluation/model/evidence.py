"""Evidence as weights: how likely a result is for somebody at level 1, 2, 3, 4 or 5.

Each function gives the log-likelihood l(L) of one piece of evidence at the five levels, centred so that the greatest is
0 and rounded to whole micro-nats, so that sums of evidence are exact integers in any order.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from services.evaluation.model.rule_sets import LEVELS, EvidenceRules, RuleSet
from shared.errors import Invalid

Weights = tuple[int, int, int, int, int]
"""Log-likelihoods at the levels 1 to 5, in micro-nats, the greatest 0."""

MICRO = 1_000_000
"""Micro-nats in a nat: the unit in which weights are kept and published, so no matter of a rule set."""

FULL_SCORE = 10_000
"""Basis points of a full score."""


class EvidenceIsWrong(Invalid):
    """A result can't be turned into evidence; the sentence says what is wrong with it."""


class AnsweredItem(Protocol):
    """An item of an attempt as its event tells it.

    `level` is the item's target level, `score` in basis points, `c` the chance of guessing right; `a` (slope) and `b`
    (difficulty, in logits) are None without calibration.
    """

    @property
    def level(self) -> int: ...
    @property
    def score(self) -> int: ...
    @property
    def c(self) -> float: ...
    @property
    def a(self) -> float | None: ...
    @property
    def b(self) -> float | None: ...


def of_items(items: Sequence[AnsweredItem], rule_set: RuleSet) -> Weights:
    """Weigh the items of one attempt that measure one competency.

    l(L) = sum of x ln P + (1-x) ln(1-P), P = c + (1-c) / (1 + exp(-a (theta_L - b))), x = score / 10,000: the
    three-parameter logistic likelihood (Birnbaum 1968), extended to part marks. An item without calibration has the
    difficulty at which somebody at its level reaches the rule set's target success. Easy tests do not make experts:
    above the highest level that the items aim at, the evidence rises no further.

    Raises `EvidenceIsWrong` for no items at all and for an item outside its ranges.
    """
    if not items:
        raise EvidenceIsWrong("An attempt without items is no evidence.")
    rules = rule_set.evidence
    curves = [(*_curve(item, rules), item.c, item.score / FULL_SCORE) for item in items]
    likelihood = [sum(_of_answer(theta, *curve) for curve in curves) for theta in rules.thetas]
    highest = max(item.level for item in items)
    cap = likelihood[highest - 1]
    return _centred([*likelihood[:highest], *(min(value, cap) for value in likelihood[highest:])])


def of_rating(level: int, rater_role: str, rule_set: RuleSet) -> Weights:
    """Weigh a rating by somebody who knows the work, or by an assessment centre.

    l(L) = ln C[L][r], C[L][r] = exp(-|L-r| / s) with rows that add up to 1; s, the spread in levels, goes by the
    rater's role: a discretised Laplace model of rater error.

    Raises `EvidenceIsWrong` for a level outside 1 to 5 and a role that the rule set does not know.
    """
    _check_level(level)
    spread = rule_set.evidence.rater_spread.get(rater_role)
    if spread is None:
        known = ", ".join(sorted(rule_set.evidence.rater_spread))
        raise EvidenceIsWrong(f"A rater's role must be one of {known}; it is {rater_role!r}.", role=rater_role)
    return _centred([-abs(true - level) / spread - _log_of_row(true, spread) for true in LEVELS])


def of_score(score: float, sem: float, rule_set: RuleSet) -> Weights:
    """Weigh a score on the level scale (1 to 5) with its standard error of measurement, both in levels.

    l(L) = -(score - L)^2 / (2 (sem^2 + tau^2)): a normal likelihood, tau the rule set's `score_spread`.

    Raises `EvidenceIsWrong` for a score outside the scale and a negative error.
    """
    if not LEVELS[0] <= score <= LEVELS[-1]:
        raise EvidenceIsWrong(f"A score on the level scale lies between 1 and 5; it is {score}.", score=score)
    if not 0 <= sem < math.inf:
        raise EvidenceIsWrong(f"A standard error of measurement is 0 or more; it is {sem}.", sem=sem)
    variance = sem**2 + rule_set.evidence.score_spread**2
    return _centred([-((score - level) ** 2) / (2 * variance) for level in LEVELS])


def of_completion(rule_set: RuleSet) -> Weights:
    """Weigh a completed training: l(L) = ln q_L, q_L the share of people at that level who complete."""
    return _centred([math.log(share) for share in rule_set.evidence.completion])


def _curve(item: AnsweredItem, rules: EvidenceRules) -> tuple[float, float]:
    """Give slope and difficulty of an item, calibrated or not."""
    _check_level(item.level)
    if not 0 <= item.score <= FULL_SCORE:
        raise EvidenceIsWrong(f"An item's score is 0 to 10000 basis points; it is {item.score}.", score=item.score)
    if not 0 <= item.c < 1:
        raise EvidenceIsWrong(f"An item's chance of guessing right is 0 or more and below 1; it is {item.c}.", c=item.c)
    if item.a is not None and item.b is not None:
        if not (0 < item.a < math.inf and math.isfinite(item.b)):
            raise EvidenceIsWrong(f"A calibrated item has a positive slope; a = {item.a}, b = {item.b}.")
        return item.a, item.b
    if item.a is not None or item.b is not None:
        raise EvidenceIsWrong("A calibrated item has both a slope a and a difficulty b; one of them is missing.")
    wanted = rules.target_success
    if item.c >= wanted:
        raise EvidenceIsWrong(f"An item guessed right with chance {item.c} tells nothing; it must be below {wanted}.")
    slope = rules.uncalibrated_discrimination
    return slope, rules.thetas[item.level - 1] - math.log((wanted - item.c) / (1 - wanted)) / slope


def _of_answer(theta: float, slope: float, difficulty: float, chance: float, share: float) -> float:
    """Give x ln P + (1-x) ln(1-P), which stays finite however extreme the item is."""
    logit = slope * (theta - difficulty)
    right = _log_logistic(logit) if chance == 0 else math.log(chance + (1 - chance) * math.exp(_log_logistic(logit)))
    wrong = math.log1p(-chance) + _log_logistic(-logit)
    return share * right + (1 - share) * wrong


def _log_logistic(logit: float) -> float:
    return -math.log1p(math.exp(-logit)) if logit >= 0 else logit - math.log1p(math.exp(logit))


def _log_of_row(true: int, spread: float) -> float:
    return math.log(sum(math.exp(-abs(true - given) / spread) for given in LEVELS))


def _centred(likelihood: Iterable[float]) -> Weights:
    one, two, three, four, five = likelihood
    top = max(one, two, three, four, five)

    def micro(value: float) -> int:
        return round((value - top) * MICRO)

    return micro(one), micro(two), micro(three), micro(four), micro(five)


def _check_level(level: int) -> None:
    if level not in LEVELS:
        raise EvidenceIsWrong(f"A level lies between 1 and 5; it is {level}.", level=level)
