"""Folds of events into what evaluation reads: copies, the ledger with its profiles, learning hours and figures.

A fold decides by revision and sequence alone, so that the order in which events arrive makes no difference.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from services.evaluation.projections.copies import (
    copy_courses,
    copy_jobs,
    copy_offers,
    copy_people,
    copy_units,
    copy_zones,
)
from services.evaluation.projections.erasure import erase, of_the_living
from services.evaluation.projections.figures import (
    count_closings,
    count_completions,
    count_enrolments,
    count_revocations,
    count_starts,
)
from services.evaluation.projections.hours import (
    record_activities,
    record_hours,
    take_back_activities,
    take_back_hours,
)
from services.evaluation.projections.ledger import (
    record_annulments,
    record_attempts,
    record_completions,
    record_findings,
    record_revocations,
    record_withdrawals,
)
from services.evaluation.projections.pieces import newest_attempts, newest_completions
from services.evaluation.projections.post_tests import annul_post_tests, record_post_tests
from shared.errors import Invalid, Reject
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import CompletionRevoked, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import PersonErased

__all__ = [
    "add_attempts",
    "add_completions",
    "add_evidence",
    "annul_attempts",
    "copy_courses",
    "copy_jobs",
    "copy_offers",
    "copy_people",
    "copy_units",
    "copy_zones",
    "count_closings",
    "count_enrolments",
    "count_starts",
    "erase_people",
    "revoke_completions",
    "withdraw_evidence",
]


def add_attempts(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Take marked attempts into the ledger and post-tests into the figures; a higher revision replaces the lower."""
    with _unusable_is_dead():
        record_attempts(session, of_the_living(session, newest_attempts(session, events)))
    record_post_tests(session, events)


def annul_attempts(session: Session, events: Sequence[AttemptAnnulled]) -> None:
    """Let attempts count for nothing, in no revision, whether or not they came before."""
    record_annulments(session, of_the_living(session, events))
    annul_post_tests(session, events)


def add_completions(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Take completions into the ledger, the learning hours and the figures; a higher revision replaces the lower."""
    newest = newest_completions(session, events)
    living = of_the_living(session, newest)
    with _unusable_is_dead():
        record_completions(session, living)
        record_hours(session, living)
        count_completions(session, events)


def revoke_completions(session: Session, events: Sequence[CompletionRevoked]) -> None:
    """Take completions and their hours back, up to the revision that was revoked, whether or not they came before."""
    living = of_the_living(session, events)
    record_revocations(session, living)
    take_back_hours(session, living)
    count_revocations(session, events)


def add_evidence(session: Session, events: Sequence[EvidenceRecorded]) -> None:
    """Take what raters found and scores say into the ledger, and activities into the learning hours."""
    living = of_the_living(session, events)
    with _unusable_is_dead():
        record_findings(session, [event for event in living if event.kind != "activity"])
        record_activities(session, [event for event in living if event.kind == "activity"])


def withdraw_evidence(session: Session, events: Sequence[EvidenceWithdrawn]) -> None:
    """Let evidence speak no longer, and take back the hours of activities, whether or not they came before."""
    living = of_the_living(session, events)
    record_withdrawals(session, living)
    take_back_activities(session, living)


def erase_people(session: Session, events: Sequence[PersonErased]) -> None:
    """Keep nothing of people who are erased; their enrolments stay counted under ids that lead nowhere."""
    erase(session, events)


@contextmanager
def _unusable_is_dead() -> Iterator[None]:
    """Say of an event that the rules can't use that it never can be handled: trying again would change nothing."""
    try:
        yield
    except Invalid as refused:
        raise Reject(refused.detail) from refused
