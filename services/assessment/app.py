"""Assessment, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.assessment import projections, reactions
from services.assessment.api import assessments, attempts, banks
from services.assessment.commands.corrections import mark_corrected_attempts_again
from services.assessment.commands.marking import hand_in_overdue_attempts
from services.assessment.exports import EXPORTS
from services.assessment.model import Base
from services.assessment.oversight import oversees
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished
from shared.events.enrolment import CompletionRevoked, EnrolmentClosed, LearnerEnrolled, TrainingCompleted
from shared.events.evaluation import FrameworkPublished
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined, UnitDefined
from shared.service import Service
from shared.web.accesses import forget_old_accesses
from shared.web.idempotency import forget_old_requests

service = Service(
    name="assessment",
    metadata=Base.metadata,
    api=(banks, assessments, attempts),
    projects={
        TenantDefined: projections.copy_tenants,
        UnitDefined: projections.copy_units,
        PersonAssigned: projections.copy_people,
        FrameworkPublished: projections.copy_frameworks,
        CoursePublished: projections.copy_courses,
        CourseOffered: projections.copy_offers,
        CourseOfferEnded: projections.copy_offers,
        LearnerEnrolled: projections.copy_enrolments,
        EnrolmentClosed: projections.copy_standings,
        TrainingCompleted: projections.copy_standings,
        CompletionRevoked: projections.copy_standings,
        PersonErased: projections.forget_people,
    },
    reacts={PersonErased: reactions.forget_learners},
    exports=EXPORTS,
    oversees=oversees,
    timers={
        hand_in_overdue_attempts: timedelta(seconds=5),
        mark_corrected_attempts_again: timedelta(seconds=5),
        forget_old_requests: timedelta(hours=1),
        forget_old_accesses: timedelta(minutes=1),
    },
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
