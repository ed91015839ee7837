"""Whole flows through evaluation, on the app and the cities of its API tests; and the national rule sets."""

from tests.api.conftest import _every_answer_is_documented
from tests.api.evaluation.conftest import _now, city, evaluation_app, evaluation_file, other_city
from tests.unit.evaluation.conftest import rule_set, rule_sets

__all__ = [
    "_every_answer_is_documented",
    "_now",
    "city",
    "evaluation_app",
    "evaluation_file",
    "other_city",
    "rule_set",
    "rule_sets",
]
