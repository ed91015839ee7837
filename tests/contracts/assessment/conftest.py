"""Whole flows through assessment, on the app and the cities of its API tests."""

from tests.api.assessment.conftest import city, exam, house, sitting, untouched
from tests.api.conftest import _every_answer_is_documented

__all__ = ["_every_answer_is_documented", "city", "exam", "house", "sitting", "untouched"]
