"""Figures of a programme: published values, exact sums, and the display rule."""

import math
from functools import reduce
from operator import add

import pytest

from services.evaluation.model.display import display_class, withheld
from services.evaluation.model.figures import (
    Gain,
    MeasuredGain,
    PairSums,
    gain,
    gain_figure,
    hedges_correction,
    measured_gain,
    paired_effect,
    shrunk,
)
from services.evaluation.model.means import t_quantile
from services.evaluation.model.rule_sets import RuleSet

# Student's sleep data (Cushny and Peebles 1905): extra hours of sleep under two drugs, in tenths of an hour.
SLEEP_FIRST = (7, -16, -2, -12, -1, 34, 37, 8, 0, 20)
SLEEP_SECOND = (19, 8, 11, 1, -1, 44, 55, 16, 46, 34)

Pairs = list[tuple[int, int]]


def sums_of(pairs: Pairs) -> PairSums:
    return reduce(add, (PairSums.of(pre, post) for pre, post in pairs), PairSums())


def gain_of(pairs: Pairs) -> Gain:
    found = gain(sums_of(pairs), 0.95)
    assert found is not None
    return found


def cohort(n: int) -> Pairs:
    """Pairs of scores in basis points that gain about 1,500 on average."""
    return [(4000 + 700 * (place % 5), 5500 + 600 * (place % 5) + 400 * (place % 3)) for place in range(n)]


def test_the_sleep_data_gain_as_published() -> None:
    found = gain_of(list(zip(SLEEP_FIRST, SLEEP_SECOND, strict=True)))
    assert found.sd is not None
    assert found.interval is not None
    assert found.mean == 15.8
    assert found.mean / (found.sd / math.sqrt(10)) == pytest.approx(4.0621, abs=5e-5)
    assert found.interval == pytest.approx((7.001, 24.599), abs=5e-4)


def test_the_matched_example_of_borenstein_standardises_as_published() -> None:
    effect = paired_effect(mean=3.0, sd=5.5, correlation=0.7, n=50)
    assert effect is not None
    assert effect.spread == pytest.approx(7.1005, abs=5e-5)
    assert effect.d == pytest.approx(0.4225, abs=5e-5)
    assert effect.g == pytest.approx(0.4160, abs=5e-5)
    assert effect.variance == pytest.approx(0.0127, abs=5e-5)


def test_the_effect_of_pairs_goes_by_their_own_correlation() -> None:
    pairs = cohort(30)
    found, sums = gain_of(pairs), sums_of(pairs)
    assert found.effect is not None
    assert found.sd is not None
    mean_pre, mean_post = sums.pre / 30, sums.post / 30
    together = sum((pre - mean_pre) * (post - mean_post) for pre, post in pairs)
    alone = math.prod(
        math.sqrt(sum((pair[at] - mean) ** 2 for pair in pairs)) for at, mean in ((0, mean_pre), (1, mean_post))
    )
    spread = found.sd / math.sqrt(2 * (1 - together / alone))
    assert found.effect.d == pytest.approx(found.mean / spread)
    assert found.effect.g == pytest.approx(hedges_correction(29) * found.mean / spread)


def test_a_change_of_scale_leaves_the_standardised_gain() -> None:
    plain, scaled = gain_of(cohort(25)), gain_of([(7 + 3 * pre, 7 + 3 * post) for pre, post in cohort(25)])
    assert plain.effect is not None
    assert scaled.effect is not None
    assert scaled.mean == pytest.approx(3 * plain.mean)
    assert scaled.effect.g == pytest.approx(plain.effect.g)


def test_swapping_before_and_after_flips_the_sign() -> None:
    there, back = gain_of(cohort(25)), gain_of([(post, pre) for pre, post in cohort(25)])
    assert there.effect is not None
    assert back.effect is not None
    assert back.mean == -there.mean
    assert back.effect.g == pytest.approx(-there.effect.g)


def digits(value: float, certified: float) -> float:
    """Count the correct digits of a value: NIST's log relative error."""
    return 15.0 if value == certified else -math.log10(abs(value - certified) / abs(certified))


@pytest.mark.parametrize(
    ("scores", "unit", "mean", "sd"),
    [
        ([10000001, 10000003, 10000002], 1, 10000002.0, 1.0),
        ([12, *[11, 13] * 500], 10, 1.2, 0.1),
        ([10000002, *[10000001, 10000003] * 500], 10, 1000000.2, 0.1),
        ([100000002, *[100000001, 100000003] * 500], 10, 10000000.2, 0.1),
    ],
    ids=["NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4"],
)
def test_the_numerical_benchmarks_of_nist_are_reached(scores: list[int], unit: int, mean: float, sd: float) -> None:
    found = gain_of([(0, score) for score in scores])
    assert found.sd is not None
    assert digits(found.mean / unit, mean) >= 13.9
    assert digits(found.sd / unit, sd) >= 12


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706205), (9, 2.262157), (49, 2.009575), (100_000, 1.959988)])
def test_the_quantiles_of_student_are_those_of_the_tables(freedom: int, t: float) -> None:
    assert t_quantile(freedom, 0.95) == pytest.approx(t, abs=1e-6)


def test_what_can_not_be_estimated_is_left_out() -> None:
    assert gain(PairSums(), 0.95) is None
    assert gain_of([(4000, 6000)]) == Gain(1, 2000.0, None, None, None)
    two = gain_of([(4000, 6000), (5000, 6000)])
    assert two.interval is not None
    assert two.effect is None


def test_a_cohort_that_all_gained_alike_has_a_gain_and_no_standardised_one() -> None:
    found = gain_of([(pre, pre + 1000) for pre in range(4000, 7000, 100)])
    assert (found.sd, found.interval, found.effect) == (0.0, (1000.0, 1000.0), None)


def test_scores_in_a_perfect_line_have_no_standardised_gain() -> None:
    # So many that the root of their scatters rounds to slightly more than their product.
    many = reduce(add, [sums_of([(pre, 2 * pre + 1) for pre in range(3002)])] * 37)
    found = gain(many, 0.95)
    assert found is not None
    assert (many.correlation, found.effect) == (1.0, None)


def test_scores_that_do_not_vary_have_no_correlation() -> None:
    assert gain_of([(5000, 6000), (5000, 7000), (5000, 8000)]).effect is None


def test_the_display_rule_goes_by_the_number_of_pairs(rule_set: RuleSet) -> None:
    shown = {n: display_class(n, rule_set.display) for n in (0, 4, 5, 9, 10, 19, 20, 500)}
    assert shown == {
        0: "suppressed",
        4: "suppressed",
        5: "count only",
        9: "count only",
        10: "preliminary",
        19: "preliminary",
        20: "shown",
        500: "shown",
    }


def test_what_is_withheld_is_said_in_a_sentence(rule_set: RuleSet) -> None:
    said = {n: withheld(display_class(n, rule_set.display), "completions", rule_set.display) for n in (4, 9, 19, 20)}
    assert said == {
        4: "Fewer than 5 completions: they could be recognised.",
        9: "Fewer than 10 completions say nothing reliable: only their number is shown.",
        19: "Fewer than 20 completions: preliminary.",
        20: None,
    }


def test_what_is_told_beyond_the_city_is_what_may_be_shown(rule_set: RuleSet) -> None:
    rules = rule_set.display
    assert measured_gain(sums_of(cohort(4)), rules) == MeasuredGain("suppressed")
    assert measured_gain(sums_of(cohort(9)), rules) == MeasuredGain("count only", 9)
    few, many = measured_gain(sums_of(cohort(12)), rules), measured_gain(sums_of(cohort(20)), rules)
    steadied, found = gain_figure(sums_of(cohort(12)), rules).shrunk, gain_of(cohort(20))
    assert steadied is not None
    assert few == MeasuredGain("preliminary", 12, g=steadied.mean)
    assert found.interval is not None
    assert found.effect is not None
    assert many == MeasuredGain("shown", 20, found.mean, *found.interval, found.effect.g)


def test_a_suppressed_figure_tells_nothing_and_a_small_one_its_count_alone(rule_set: RuleSet) -> None:
    suppressed = gain_figure(sums_of(cohort(4)), rule_set.display)
    assert (suppressed.n, suppressed.gain, suppressed.shrunk) == (None, None, None)
    small = gain_figure(sums_of(cohort(9)), rule_set.display)
    assert (small.n, small.gain, small.shrunk) == (9, None, None)


def test_a_preliminary_figure_has_the_steadied_estimate_alone(rule_set: RuleSet) -> None:
    figure = gain_figure(sums_of(cohort(12)), rule_set.display)
    effect = gain_of(cohort(12)).effect
    assert effect is not None
    assert figure.shrunk is not None
    assert (figure.display, figure.n, figure.gain) == ("preliminary", 12, None)
    assert 0.63 < figure.shrunk.mean < effect.g


def test_a_figure_without_an_interval_asks_for_no_quantile_and_so_loads_no_scipy(rule_set: RuleSet) -> None:
    before = t_quantile.cache_info()
    for pairs in (4, 9, 19):
        gain_figure(sums_of(cohort(pairs)), rule_set.display)
    assert t_quantile.cache_info() == before


def test_a_shown_figure_has_the_gain_with_its_interval(rule_set: RuleSet) -> None:
    figure = gain_figure(sums_of(cohort(20)), rule_set.display)
    assert figure.gain == gain_of(cohort(20))


def test_an_estimate_as_uncertain_as_the_prior_is_drawn_half_way(rule_set: RuleSet) -> None:
    effect = paired_effect(mean=3.0, sd=5.5, correlation=0.7, n=50)
    assert effect is not None
    rules = rule_set.display
    drawn = shrunk(type(effect)(effect.spread, effect.d, 1.63, rules.prior_sd**2), rules)
    assert drawn.mean == pytest.approx((1.63 + rules.prior_mean) / 2)
    assert drawn.sd == pytest.approx(rules.prior_sd / math.sqrt(2))
