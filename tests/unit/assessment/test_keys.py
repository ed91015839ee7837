"""What each kind of question accepts, and what an answer that is partly right earns."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest

from services.assessment.model import Item, Option, Prompt
from services.assessment.model.keys import AcceptedText, QuestionKind
from shared.ids import new_id


def item(kind: QuestionKind, right: Mapping[str, Any], *, options: int = 0, prompts: int = 0) -> Item:
    return Item(
        id=new_id(),
        kind=kind,
        text="Apa?",
        text_format="moodle",
        options=tuple(Option(one, f"{one}", f"said {one}") for one in range(1, options + 1)),
        right=right,
        feedback="in general",
        competency="PP",
        level=3,
        prompts=tuple(Prompt(one, f"{one}") for one in range(1, prompts + 1)),
    )


THREE_OF_SIX = item("multiple_choice", {"options": [1, 2, 3]}, options=6)
PAIRS = item("matching", {"pairs": [{"left": n, "right": n % 3 + 1} for n in (1, 2, 3)]}, options=4, prompts=3)


def number(value: str, tolerance: str, credit: int = 10_000) -> dict[str, Any]:
    return {"value": value, "tolerance": tolerance, "credit": credit, "feedback": f"near {value}"}


@pytest.mark.parametrize(
    ("chosen", "score"),
    [
        ([1, 2, 3], 10_000),
        ([1, 2], 6_667),
        ([1], 3_333),
        ([1, 2, 3, 4], 6_667),
        ([1, 4], 0),
        ([4, 5], 0),
        ([1, 2, 3, 4, 5, 6], 0),
        ([], 0),
        (None, 0),
    ],
)
def test_a_multiple_choice_earns_right_minus_wrong_over_the_right_ones(chosen: list[int] | None, score: int) -> None:
    assert THREE_OF_SIX.score({"options": chosen}) == score


@pytest.mark.parametrize(("said", "score"), [(3.1, 10_000), (2.9, 10_000), (3.11, 5_000), (2.0, 0), (-3.1, 0)])
def test_a_number_is_right_up_to_its_tolerance_to_the_last_decimal(said: float, score: int) -> None:
    asked = item("numeric", {"numbers": [number("3", "0.1"), number("3.5", "0.5", 5_000)]})
    assert asked.score({"number": said}) == score


@pytest.mark.parametrize(
    ("pattern", "said", "right"),
    [
        ("Semarang", "  semarang ", True),
        ("Semarang", "Semarang Barat", False),
        ("kota   semarang", "Kota\tSemarang", True),
        ("*semarang", "Kota Semarang", True),
        ("kota*", "kota", True),
        ("a*b*c", "a b b c", True),
        ("a*b*c", "a c b", False),
        ("ab*ba", "aba", False),
        (r"5\*3", "5*3", True),
        (r"5\*3", "5 3", False),
        ("*", "", True),
        ("café", unicodedata.normalize("NFD", "CAFÉ"), True),
        ("straße", "STRASSE", True),
        (".*", "apa saja", False),
    ],
)
def test_a_text_is_compared_by_pattern_without_regard_to_case_and_space(pattern: str, said: str, right: bool) -> None:
    assert AcceptedText(pattern, 10_000, "").matches(said) is right


@pytest.mark.timeout(5)
def test_a_pattern_of_many_stars_is_compared_in_time() -> None:
    assert not AcceptedText("*a" * 250 + "*b", 10_000, "").matches("a" * 500)


def test_a_text_earns_the_best_of_the_patterns_that_it_matches_and_their_word() -> None:
    texts = [("*", 0, "other"), ("kota *", 5_000, "nearly"), ("kota semarang", 10_000, "yes")]
    asked = item("short_answer", {"texts": [{"pattern": p, "credit": c, "feedback": f} for p, c, f in texts]})
    said = [{"text": text} for text in ("Kota Semarang", "Kota Tegal", "Tegal")]
    assert [asked.score(one) for one in said] == [10_000, 5_000, 0]
    assert [asked.feedback_on(one).split("\n\n")[0] for one in said] == ["yes", "nearly", "other"]


@pytest.mark.parametrize(("matched", "score"), [({1: 2, 2: 3, 3: 1}, 10_000), ({1: 2, 2: 3}, 6_667), ({1: 1}, 0)])
def test_a_matching_earns_the_share_of_prompts_that_are_matched_rightly(matched: dict[int, int], score: int) -> None:
    assert PAIRS.score({"pairs": [{"left": left, "right": right} for left, right in matched.items()]}) == score


@pytest.mark.parametrize(
    ("asked", "response", "takes"),
    [
        (THREE_OF_SIX, {"options": [1, 6]}, True),
        (THREE_OF_SIX, {"options": None}, True),
        (THREE_OF_SIX, {"options": [7]}, False),
        (THREE_OF_SIX, {"option": 1}, False),
        (PAIRS, {"pairs": [{"left": 3, "right": 4}]}, True),
        (PAIRS, {"pairs": [{"left": 4, "right": 1}]}, False),
        (PAIRS, {"pairs": [{"left": 1, "right": 5}]}, False),
        (PAIRS, {"text": "1"}, False),
    ],
)
def test_a_question_takes_answers_of_its_kind_to_what_it_offers(
    asked: Item, response: dict[str, Any], takes: bool
) -> None:
    assert asked.takes(response) is takes


def test_only_one_of_several_options_can_be_guessed() -> None:
    assert item("true_false", {"option": 1}, options=2).chance == 0.5
    assert [one.chance for one in (THREE_OF_SIX, PAIRS, item("numeric", {"numbers": []}))] == [0, 0, 0]


def test_each_chosen_option_has_its_feedback() -> None:
    assert THREE_OF_SIX.feedback_on({"options": [2, 5]}) == "said 2\n\nsaid 5\n\nin general"
    assert PAIRS.feedback_on({"pairs": [{"left": 1, "right": 1}]}) == "in general"
