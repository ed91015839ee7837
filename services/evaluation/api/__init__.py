"""Evaluation over HTTP: standards, people's profiles, and the figures of courses."""

from services.evaluation.api.courses import courses
from services.evaluation.api.people import own, people
from services.evaluation.api.standards import standards

__all__ = ["courses", "own", "people", "standards"]
