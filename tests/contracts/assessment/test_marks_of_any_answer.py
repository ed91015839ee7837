"""What marking promises whatever is answered."""

from hypothesis import given
from hypothesis import strategies as st

from services.assessment.model.attempts import mean_score
from tests.unit.assessment.test_keys import THREE_OF_SIX


@given(st.sets(st.integers(1, 6)))
def test_a_further_wrong_choice_never_earns_more(chosen: set[int]) -> None:
    assert (
        0
        <= THREE_OF_SIX.score({"options": sorted(chosen | {6})})
        <= THREE_OF_SIX.score({"options": sorted(chosen - {6})})
    )


@given(st.lists(st.sampled_from([0, 10_000]), min_size=1, max_size=300))
def test_a_score_lies_within_half_a_basis_point_of_the_proportion(scores: list[int]) -> None:
    exact = sum(scores) / len(scores)
    assert -0.5 <= exact - mean_score(scores) < 0.5 + 1e-9
