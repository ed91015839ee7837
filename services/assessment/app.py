"""Assessment, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.assessment import projections
from services.assessment.api import assessments, attempts, banks
from services.assessment.commands.corrections import mark_corrected_attempts_again
from services.assessment.commands.marking import hand_in_overdue_attempts
from services.assessment.model import Base
from shared.events.catalogue import CoursePublished
from shared.events.enrolment import LearnerEnrolled
from shared.events.evaluation import FrameworkPublished
from shared.events.identity import TenantDefined
from shared.service import Service
from shared.web.idempotency import forget_old_requests

service = Service(
    name="assessment",
    metadata=Base.metadata,
    api=(banks, assessments, attempts),
    projects={
        TenantDefined: projections.copy_tenants,
        FrameworkPublished: projections.copy_frameworks,
        CoursePublished: projections.copy_courses,
        LearnerEnrolled: projections.copy_enrolments,
    },
    timers={
        hand_in_overdue_attempts: timedelta(seconds=5),
        mark_corrected_attempts_again: timedelta(seconds=5),
        forget_old_requests: timedelta(hours=1),
    },
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
