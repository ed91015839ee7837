"""Evidence as weights: the published vectors, the cap, and results that can't be evidence."""

from collections.abc import Sequence

import pytest

from services.evaluation.model.evidence import (
    EvidenceIsWrong,
    Weights,
    of_completion,
    of_items,
    of_rating,
    of_score,
)
from services.evaluation.model.rule_sets import RuleSet
from shared.events.assessment import MarkedItem
from shared.ids import new_id


def item(
    *, level: int = 5, score: int = 10_000, c: float = 0.0, a: float | None = None, b: float | None = None
) -> MarkedItem:
    return MarkedItem(id=new_id(), competency="komunikasi", level=level, score=score, c=c, a=a, b=b)


def calibrated(difficulties: Sequence[float], answers: str) -> list[MarkedItem]:
    return [item(b=b, a=1.0, score=10_000 * int(right)) for b, right in zip(difficulties, answers, strict=True)]


def four_option_items(right: int, of: int = 20, level: int = 3) -> list[MarkedItem]:
    return [item(level=level, c=0.25, score=10_000 if number < right else 0) for number in range(of)]


def test_ten_calibrated_items_weigh_as_published(rule_set: RuleSet) -> None:
    items = calibrated((-1.5, -1, -0.5, -0.5, 0, 0, 0.5, 0.5, 1, 1.5), "1111101000")
    assert of_items(items, rule_set) == (-5868186, -2038594, 0, -38594, -1868186)


@pytest.mark.parametrize(
    ("right", "weights"),
    [
        (20, (-11355800, -4867718, 0, 0, 0)),
        (16, (-5063196, -1403009, 0, -1173783, -3954237)),
        (12, (-832293, 0, -2061700, -7019024, -13716805)),
    ],
)
def test_items_without_calibration_weigh_as_published(right: int, weights: Weights, rule_set: RuleSet) -> None:
    assert of_items(four_option_items(right), rule_set) == weights


def test_the_highest_target_level_among_the_items_caps_them_all(rule_set: RuleSet) -> None:
    easy = four_option_items(20, level=2)
    assert of_items(easy, rule_set)[1:] == (0, 0, 0, 0)
    with_a_harder_one = of_items([*easy, item(level=4, c=0.25)], rule_set)
    assert with_a_harder_one[1] < with_a_harder_one[2] < with_a_harder_one[3] == with_a_harder_one[4] == 0


def test_a_failed_easy_test_still_speaks_against_the_levels_above_it(rule_set: RuleSet) -> None:
    weights = of_items(four_option_items(2, level=2), rule_set)
    assert weights[0] == 0
    assert list(weights) == sorted(weights, reverse=True)


def test_part_marks_weigh_in_proportion(rule_set: RuleSet) -> None:
    whole = [item(level=3, score=10_000), item(level=3, score=0)]
    halves = [item(level=3, score=5_000), item(level=3, score=5_000)]
    assert of_items(halves, rule_set) == of_items(whole, rule_set)


def test_the_most_extreme_items_still_give_finite_weights(rule_set: RuleSet) -> None:
    extreme = [item(a=500.0, b=4.0, c=0.25), item(a=500.0, b=-4.0, score=0), item(a=1e-9, b=1e9, score=5_000)]
    assert max(of_items(extreme, rule_set)) == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (item(level=6), "A level lies between 1 and 5"),
        (item(score=10_001), "score is 0 to 10000 basis points"),
        (item(c=1.0), "chance of guessing right"),
        (item(c=0.8), "tells nothing"),
        (item(a=0.0, b=1.0), "positive slope"),
        (item(b=1.0), "one of them is missing"),
    ],
)
def test_an_item_outside_its_ranges_is_no_evidence(wrong: MarkedItem, sentence: str, rule_set: RuleSet) -> None:
    with pytest.raises(EvidenceIsWrong, match=sentence):
        of_items([wrong], rule_set)


def test_an_attempt_without_items_is_no_evidence(rule_set: RuleSet) -> None:
    with pytest.raises(EvidenceIsWrong, match="without items"):
        of_items([], rule_set)


def test_a_rating_by_an_expert_weighs_as_published(rule_set: RuleSet) -> None:
    assert of_rating(4, "expert", rule_set) == (-2799130, -2000000, -1043573, 0, -799130)


def test_a_result_of_an_assessment_centre_weighs_as_published(rule_set: RuleSet) -> None:
    assert of_rating(3, "assessment_centre", rule_set) == (-4922129, -2494734, 0, -2494734, -4922129)


def test_a_rating_of_oneself_tells_less_than_one_by_a_supervisor(rule_set: RuleSet) -> None:
    assert min(of_rating(4, "self", rule_set)) > min(of_rating(4, "supervisor", rule_set))


def test_a_rating_needs_a_level_and_a_role_that_the_rule_set_knows(rule_set: RuleSet) -> None:
    with pytest.raises(EvidenceIsWrong, match="between 1 and 5"):
        of_rating(0, "peer", rule_set)
    with pytest.raises(EvidenceIsWrong, match="assessment_centre, expert, peer, self, supervisor, trainer"):
        of_rating(3, "neighbour", rule_set)


def test_a_score_weighs_as_published(rule_set: RuleSet) -> None:
    assert of_score(3.4, 0.6, rule_set) == (-4590164, -1475410, 0, -163934, -1967213)


@pytest.mark.parametrize(("score", "sem"), [(0.9, 0.5), (5.1, 0.5), (float("nan"), 0.5), (3, -0.1), (3, float("inf"))])
def test_a_score_off_the_scale_is_no_evidence(score: float, sem: float, rule_set: RuleSet) -> None:
    with pytest.raises(EvidenceIsWrong):
        of_score(score, sem, rule_set)


def test_a_completion_is_nearly_flat(rule_set: RuleSet) -> None:
    assert of_completion(rule_set) == (-262364, -80043, 0, 0, -80043)
