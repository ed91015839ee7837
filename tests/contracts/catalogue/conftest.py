"""Whole flows through the catalogue, on the app and the cities of its API tests."""

from tests.api.catalogue.conftest import city, house
from tests.api.conftest import _every_answer_is_documented

__all__ = ["_every_answer_is_documented", "city", "house"]
