"""Evaluation, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.evaluation import projections, reactions
from services.evaluation.api import disputes, evidence, figures, own, people, standards
from services.evaluation.model.tables import Base
from shared.events.assessment import AttemptGraded
from shared.events.catalogue import CoursePublished
from shared.events.enrolment import LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import JobDefined, PersonAssigned, TenantDefined, UnitDefined
from shared.service import Service
from shared.web.idempotency import forget_old_requests

service = Service(
    name="evaluation",
    metadata=Base.metadata,
    api=(standards, people, own, evidence, disputes, figures),
    projects={
        TenantDefined: projections.copy_zones,
        UnitDefined: projections.copy_units,
        JobDefined: projections.copy_jobs,
        PersonAssigned: projections.copy_people,
        CoursePublished: projections.copy_courses,
        LearnerEnrolled: projections.count_enrolments,
        AttemptGraded: projections.add_attempts,
        TrainingCompleted: projections.add_completions,
        EvidenceRecorded: projections.add_ratings,
        EvidenceWithdrawn: projections.record_withdrawals,
    },
    reacts={
        AttemptGraded: reactions.announce_levels,
        TrainingCompleted: reactions.announce_levels,
        EvidenceRecorded: reactions.announce_levels,
        EvidenceWithdrawn: reactions.announce_levels,
    },
    timers={forget_old_requests: timedelta(hours=1)},
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
