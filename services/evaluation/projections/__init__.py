"""Folds of events into what evaluation reads: copies, the ledger with its profiles, learning hours and figures.

A fold decides by revision and sequence alone, so that the order in which events arrive makes no difference.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from services.evaluation.projections.copies import copy_courses, copy_jobs, copy_people, copy_units, copy_zones
from services.evaluation.projections.figures import count_completions, count_enrolments
from services.evaluation.projections.hours import record_hours
from services.evaluation.projections.ledger import (
    record_attempts,
    record_completions,
    record_ratings,
    record_withdrawals,
)
from services.evaluation.projections.pieces import newest_attempts, newest_completions
from shared.errors import Invalid, Reject
from shared.events.assessment import AttemptGraded
from shared.events.enrolment import TrainingCompleted
from shared.events.evaluation import EvidenceRecorded

__all__ = [
    "add_attempts",
    "add_completions",
    "add_ratings",
    "copy_courses",
    "copy_jobs",
    "copy_people",
    "copy_units",
    "copy_zones",
    "count_enrolments",
    "record_withdrawals",
]


def add_attempts(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Take marked attempts into the ledger; a higher revision replaces what the lower did."""
    with _unusable_is_dead():
        record_attempts(session, newest_attempts(session, events))


def add_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Take completions into the ledger, the learning hours and the figures; a higher revision replaces the lower."""
    newest = newest_completions(session, events)
    with _unusable_is_dead():
        record_completions(session, newest)
        record_hours(session, newest)
    count_completions(session, events, newest)


def add_ratings(session: Session, events: Sequence[EvidenceRecorded]) -> None:
    """Take what raters found into the ledger."""
    with _unusable_is_dead():
        record_ratings(session, events)


@contextmanager
def _unusable_is_dead() -> Iterator[None]:
    """Say of an event that the rules can't use that it never can be handled: trying again would change nothing."""
    try:
        yield
    except Invalid as refused:
        raise Reject(refused.detail) from refused
