"""Whole flows through evaluation, on the app and the cities of its API tests."""

from tests.api.evaluation.conftest import _now, city, evaluation_app, evaluation_file, other_city

__all__ = ["_now", "city", "evaluation_app", "evaluation_file", "other_city"]
