"""Evaluation over HTTP: standards, people's profiles, recorded and disputed evidence, and the figures of trainings."""

from services.evaluation.api.activities import activities
from services.evaluation.api.disputes import disputes
from services.evaluation.api.evidence import evidence
from services.evaluation.api.figures import figures
from services.evaluation.api.people import own, people
from services.evaluation.api.standards import standards

__all__ = ["activities", "disputes", "evidence", "figures", "own", "people", "standards"]
