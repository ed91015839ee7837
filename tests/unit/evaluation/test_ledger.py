"""The evidence ledger: exact sums in any order, read as published."""

from datetime import date
from uuid import UUID

import pytest

from services.evaluation.model.evidence import Weights, of_rating
from services.evaluation.model.ledger import Bucket, Reading, buckets_of, dependence_weights, read
from services.evaluation.model.lines import Line, Role, source_of_ratings
from services.evaluation.model.rule_sets import RuleSet

ROLES: tuple[Role | None, ...] = ("pre", "post", "quiz", None)
NOW = 24_312
TEST, EXPERT, COMPLETION, SCORE = "test/1", "rating/expert", "completion", "score"
A = Bucket(TEST, NOW - 20, 1, (-5868186, -2038594, 0, -38594, -1868186))
B = Bucket(EXPERT, NOW - 3, 1, (-2799130, -2000000, -1043573, 0, -799130))
C = Bucket(COMPLETION, NOW - 1, 1, (-262364, -80043, 0, 0, -80043))
D = Bucket(SCORE, NOW, 1, (-4590164, -1475410, 0, -163934, -1967213))


def read_daily(rule_set: RuleSet, *buckets: Bucket) -> Reading:
    """Read as of now, for a competency in daily use: a half-life of 24 months."""
    return read(buckets, NOW, rule_set.level, "daily")


@pytest.mark.parametrize(
    ("buckets", "posterior"),
    [
        ([A], (0.005591, 0.119900, 0.527029, 0.294706, 0.052773)),
        ([A, B], (0.000792, 0.035340, 0.373407, 0.543676, 0.046786)),
        ([A, B, C], (0.000618, 0.032904, 0.375783, 0.547135, 0.043561)),
        ([A, B, C, D], (0.000007, 0.008813, 0.440123, 0.543922, 0.007135)),
        ([D, C, B, A], (0.000007, 0.008813, 0.440123, 0.543922, 0.007135)),
        ([A, C, D], (0.000054, 0.031341, 0.651123, 0.309046, 0.008436)),
    ],
    ids=["A", "A+B", "A+B+C", "A+B+C+D", "D+C+B+A", "without B"],
)
def test_the_published_pieces_read_as_published(
    buckets: list[Bucket], posterior: tuple[float, ...], rule_set: RuleSet
) -> None:
    assert read_daily(rule_set, *buckets).posterior == pytest.approx(posterior, abs=1e-6)


def test_the_level_read_is_the_highest_that_is_likely_enough(rule_set: RuleSet) -> None:
    reading = read_daily(rule_set, A, B, C, D)
    assert reading.level(rule_set.level.probability) == 3
    assert sum(reading.posterior[2:]) == pytest.approx(0.99, abs=0.005)
    assert sum(reading.posterior[3:]) == pytest.approx(0.55, abs=0.005)


@pytest.mark.parametrize(
    ("weights", "posterior", "level"),
    [
        ((-11355800, -4867718, 0, 0, 0), (0.000002, 0.002949, 0.536872, 0.306784, 0.153392), 3),
        ((-5063196, -1403009, 0, -1173783, -3954237), (0.001329, 0.129166, 0.735521, 0.129954, 0.004029), 3),
        ((-832293, 0, -2061700, -7019024, -13716805), (0.128631, 0.739170, 0.131670, 0.000529, 0.000000), 2),
    ],
    ids=["20 of 20", "16 of 20", "12 of 20"],
)
def test_items_without_calibration_read_as_published(
    weights: Weights, posterior: tuple[float, ...], level: int, rule_set: RuleSet
) -> None:
    reading = read_daily(rule_set, Bucket(TEST, NOW, 1, weights))
    assert reading.posterior == pytest.approx(posterior, abs=1e-6)
    assert reading.level(rule_set.level.probability) == level


def test_without_evidence_the_reading_is_the_prior(rule_set: RuleSet) -> None:
    reading = read([], NOW, rule_set.level)
    assert reading.posterior == pytest.approx(rule_set.level.prior)
    assert reading.information == 0
    assert reading.expected_level == pytest.approx(2.95)


def test_evidence_of_later_months_is_not_read(rule_set: RuleSet) -> None:
    assert read([A, D], NOW - 1, rule_set.level) == read([A], NOW - 1, rule_set.level)


def test_evidence_loses_half_its_weight_in_a_half_life(rule_set: RuleSet) -> None:
    whole = 4.590164
    for practice, months in ((None, 12), ("daily", 24), ("procedure", 6)):
        reading = read([D], NOW + months, rule_set.level, practice)
        assert reading.information == pytest.approx(whole / 2)


def test_pieces_of_one_source_weigh_less_the_more_there_are(rule_set: RuleSet) -> None:
    ratings = [Bucket(EXPERT, NOW - 30, 2, B.weights), Bucket(EXPERT, NOW, 1, B.weights)]
    weights = dependence_weights([*ratings, D], rule_set.level)
    assert weights == {EXPERT: 1 / (1 + 2 * 0.3), SCORE: 1.0}


def test_dependence_counts_old_pieces_in_full_and_holds_for_the_information(rule_set: RuleSet) -> None:
    old, new = Bucket(EXPERT, NOW - 12, 1, B.weights), Bucket(EXPERT, NOW, 1, B.weights)
    reading = read([old, new], NOW, rule_set.level)
    assert reading.information == pytest.approx(2.799130 * 1.5 / 1.3)


def rating(number: int, level: int, month: int, *, withdrawn: bool, rule_set: RuleSet) -> Line:
    return Line(
        piece=UUID(int=number),
        revision=1,
        competency="komunikasi",
        source=source_of_ratings("peer"),
        dated_on=date(2026, month, 15),
        weights=of_rating(level, "peer", rule_set),
        rule_set=rule_set.code,
        withdrawn=withdrawn,
    )


def test_a_bucket_sums_the_pieces_of_one_source_and_month(rule_set: RuleSet) -> None:
    lines = [
        rating(1, 3, 1, withdrawn=False, rule_set=rule_set),
        rating(2, 4, 1, withdrawn=False, rule_set=rule_set),
        rating(3, 5, 1, withdrawn=True, rule_set=rule_set),
        rating(4, 3, 2, withdrawn=False, rule_set=rule_set),
    ]
    january, february = buckets_of(lines)
    assert (january.source, january.count, february.count) == ("rating/peer", 2, 1)
    assert february.month == january.month + 1
    three, four = of_rating(3, "peer", rule_set), of_rating(4, "peer", rule_set)
    assert january.weights == tuple(one + other for one, other in zip(three, four, strict=True))
