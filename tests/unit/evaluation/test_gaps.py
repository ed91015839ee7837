"""Gaps to a job's standard, and the job-person match in its bands."""

from decimal import Decimal

import pytest

from services.evaluation.model.gaps import Gap, Requirement, gaps, job_person_match
from services.evaluation.model.rule_sets import RuleSet

NINE = [Requirement(f"kompetensi-{number}", 3) for number in range(1, 10)]


def levels(text: str) -> dict[str, int | None]:
    return {requirement.competency: int(level) for requirement, level in zip(NINE, text, strict=True)}


@pytest.mark.parametrize(
    ("assessed", "percent", "capped", "mapping", "filling"),
    [
        ("332334233", "96.30", "92.59", "Optimal", "MS"),
        ("222232223", "74.07", "74.07", "Kurang Optimal", "MMS"),
        ("222222222", "66.67", "66.67", "Kurang Optimal", "KMS"),
        ("555555555", "100.00", "100.00", "Optimal", "MS"),
    ],
)
def test_the_job_person_match_falls_into_its_bands(
    assessed: str, percent: str, capped: str, mapping: str, filling: str, rule_set: RuleSet
) -> None:
    match = job_person_match(gaps(NINE, levels(assessed)))
    assert match is not None
    assert (match.percent, match.capped_percent) == (Decimal(percent), Decimal(capped))
    assert match.band("mapping", rule_set).name == mapping
    assert match.band("filling", rule_set).code == filling


def test_an_edge_belongs_to_the_band_above_it(rule_set: RuleSet) -> None:
    five = [Requirement(f"kompetensi-{number}", 5) for number in range(5)]
    edge = job_person_match([Gap(requirement, 4) for requirement in five])
    assert edge is not None
    assert (edge.percent, edge.band("filling", rule_set).code) == (Decimal("80.00"), "MS")


def test_a_band_is_found_before_the_percentage_is_rounded(rule_set: RuleSet) -> None:
    many = [Requirement(f"kompetensi-{number}", 5) for number in range(5000)]
    just_below = job_person_match([Gap(requirement, 3 if place == 0 else 4) for place, requirement in enumerate(many)])
    assert just_below is not None
    assert (just_below.percent, just_below.band("filling", rule_set).code) == (Decimal("80.00"), "MMS")


def test_a_gap_is_required_minus_assessed() -> None:
    asked = Requirement("komunikasi", 3)
    assert [Gap(asked, level).size for level in (1, 3, 5)] == [2, 0, -2]
    assert [Gap(asked, level).status for level in (1, 3, 5)] == ["short", "met", "met"]


def test_what_is_not_assessed_is_no_gap_of_nought() -> None:
    (gap,) = gaps([Requirement("komunikasi", 3)], {})
    assert (gap.size, gap.status) == (None, "not assessed")


def test_there_is_no_match_while_a_competency_is_not_assessed() -> None:
    assert job_person_match(gaps(NINE, levels("333333333") | {"kompetensi-4": None})) is None
    assert job_person_match([]) is None


def test_the_widest_gap_comes_first_and_critical_ones_among_equals() -> None:
    asked = [
        Requirement("a", 3),
        Requirement("b", 3),
        Requirement("c", 4),
        Requirement("d", 3, critical=True),
        Requirement("e", 5),
    ]
    found = gaps(asked, {"a": 4, "b": 2, "c": 2, "d": 2})
    assert [gap.requirement.competency for gap in found] == ["c", "d", "b", "a", "e"]
