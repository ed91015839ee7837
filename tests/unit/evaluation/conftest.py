"""The national rule sets, as the tests of evaluation's rules read them."""

from datetime import date

import pytest

from services.evaluation.model.rule_sets import RuleSet, in_force
from services.evaluation.reference import national_rule_sets


@pytest.fixture(scope="session")
def rule_sets() -> tuple[RuleSet, ...]:
    return national_rule_sets()


@pytest.fixture(scope="session")
def rule_set(rule_sets: tuple[RuleSet, ...]) -> RuleSet:
    return in_force(rule_sets, date(2026, 1, 1))
