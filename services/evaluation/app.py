"""Evaluation, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.evaluation import commands, projections, reactions
from services.evaluation.api import activities, disputes, evidence, figures, own, people, standards
from services.evaluation.exports import EXPORTS
from services.evaluation.model.tables import Base
from services.evaluation.queries.people import oversees
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished
from shared.events.enrolment import (
    CompletionRevoked,
    EnrolmentClosed,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import JobDefined, PersonAssigned, PersonErased, TenantDefined, UnitDefined
from shared.service import Service
from shared.web.accesses import forget_old_accesses
from shared.web.idempotency import forget_old_requests

service = Service(
    name="evaluation",
    metadata=Base.metadata,
    api=(standards, people, own, evidence, disputes, activities, figures),
    projects={
        TenantDefined: projections.copy_zones,
        UnitDefined: projections.copy_units,
        JobDefined: projections.copy_jobs,
        PersonAssigned: projections.copy_people,
        PersonErased: projections.erase_people,
        CoursePublished: projections.copy_courses,
        CourseOffered: projections.copy_offers,
        CourseOfferEnded: projections.copy_offers,
        LearnerEnrolled: projections.count_enrolments,
        LearningStarted: projections.count_starts,
        EnrolmentClosed: projections.count_closings,
        AttemptGraded: projections.add_attempts,
        AttemptAnnulled: projections.annul_attempts,
        TrainingCompleted: projections.add_completions,
        CompletionRevoked: projections.revoke_completions,
        EvidenceRecorded: projections.add_evidence,
        EvidenceWithdrawn: projections.withdraw_evidence,
    },
    reacts={
        PersonErased: reactions.erase_people,
        AttemptGraded: reactions.announce_levels,
        AttemptAnnulled: reactions.announce_levels,
        TrainingCompleted: reactions.announce_levels,
        CompletionRevoked: reactions.announce_levels,
        EvidenceRecorded: reactions.announce_levels,
        EvidenceWithdrawn: reactions.announce_levels,
    },
    exports=EXPORTS,
    oversees=oversees,
    timers={
        forget_old_requests: timedelta(hours=1),
        forget_old_accesses: timedelta(minutes=1),
        commands.announce_programmes: timedelta(seconds=10),
        commands.publish_national_frameworks: timedelta(hours=1),
        commands.forget_unused_certificates: timedelta(hours=1),
    },
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
