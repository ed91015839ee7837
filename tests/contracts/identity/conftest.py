"""Whole flows through identity, on the app and the city of its API tests."""

from tests.api.conftest import _every_answer_is_documented
from tests.api.identity.conftest import as_new, empty_database, house, running

__all__ = ["_every_answer_is_documented", "as_new", "empty_database", "house", "running"]
