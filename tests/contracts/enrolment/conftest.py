"""Whole flows through enrolment, on the app and the cities of its API tests."""

from tests.api.conftest import _every_answer_is_documented
from tests.api.enrolment.conftest import city, enrolment_app, other_city, watch

__all__ = ["_every_answer_is_documented", "city", "enrolment_app", "other_city", "watch"]
