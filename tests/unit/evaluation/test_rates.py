"""Shares of people with their interval, times taken, and levels gained, as far as they may be shown."""

import statistics
from fractions import Fraction

import pytest

from services.evaluation.model.durations import Quartiles, duration_figure, quantile, quartiles
from services.evaluation.model.levels import levels_figure
from services.evaluation.model.means import mean_of
from services.evaluation.model.rates import rate_figure, wilson_interval
from services.evaluation.model.rule_sets import RuleSet


@pytest.mark.parametrize(
    ("count", "n", "interval"),
    [  # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (20, 20, (0.8389, 1.0)),
    ],
)
def test_the_interval_of_a_share_is_as_published(count: int, n: int, interval: tuple[float, float]) -> None:
    assert wilson_interval(count, n, 0.95) == pytest.approx(interval, abs=5e-5)


def test_a_rate_is_shown_by_the_number_of_people_it_rests_on(rule_set: RuleSet) -> None:
    suppressed, counted, preliminary = (rate_figure(3, n, rule_set.display) for n in (4, 9, 19))
    assert (suppressed.display, suppressed.n, suppressed.rate) == ("suppressed", None, None)
    assert (counted.display, counted.n, counted.rate) == ("count only", 9, None)
    assert preliminary.rate is not None
    assert (preliminary.display, preliminary.rate.count, preliminary.rate.share) == ("preliminary", 3, 3 / 19)
    assert rate_figure(3, 20, rule_set.display).display == "shown"


def test_one_person_is_every_quantile() -> None:
    assert quartiles({7: 1}) == Quartiles(7.0, 7.0, 7.0)
    assert quantile({1: 1, 2: 1}, Fraction(1)) == 2.0


def test_times_of_few_people_are_withheld(rule_set: RuleSet) -> None:
    suppressed, counted, preliminary = (duration_figure({3: n - 1, 9: 1}, rule_set.display) for n in (4, 9, 10))
    assert (suppressed.n, suppressed.days) == (None, None)
    assert (counted.n, counted.days) == (9, None)
    assert (preliminary.display, preliminary.days) == ("preliminary", Quartiles(3.0, 3.0, 3.0))


def test_levels_gained_are_told_in_levels_with_their_interval(rule_set: RuleSet) -> None:
    gained = [250_000, 500_000, 0, -125_000] * 5
    total, squares = sum(gained), sum(one * one for one in gained)
    figure = levels_figure("PP", 20, total, squares, rule_set.display)
    plain = mean_of(20, total, squares, 0.95)
    assert figure.mean is not None
    assert plain is not None
    assert plain.interval is not None
    assert (figure.total, figure.mean.mean) == (3.125, 0.15625)
    assert figure.mean.sd == pytest.approx(statistics.stdev(gained) / 1e6)
    assert figure.mean.interval == (plain.interval[0] / 1e6, plain.interval[1] / 1e6)
    few = [levels_figure("PP", n, total, squares, rule_set.display) for n in (4, 9)]
    assert [(one.n, one.total, one.mean) for one in few] == [(None, None, None), (9, None, None)]


def test_levels_that_all_moved_alike_have_no_spread(rule_set: RuleSet) -> None:
    figure = levels_figure("PP", 10, 0, 0, rule_set.display)
    assert figure.mean is not None
    assert (figure.total, figure.mean.sd, figure.mean.interval) == (0.0, 0.0, (0.0, 0.0))
