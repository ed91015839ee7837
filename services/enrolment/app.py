"""Enrolment, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.enrolment import projections, reactions
from services.enrolment.api import classes, enrolments, own
from services.enrolment.model import Base
from shared.events.assessment import AttemptGraded
from shared.events.catalogue import CoursePublished
from shared.events.identity import PersonAssigned, TenantDefined
from shared.service import Service
from shared.web.idempotency import forget_old_requests

service = Service(
    name="enrolment",
    metadata=Base.metadata,
    api=(classes, enrolments, own),
    projects={
        TenantDefined: projections.copy_tenants,
        PersonAssigned: projections.copy_people,
        CoursePublished: projections.copy_courses,
        AttemptGraded: projections.copy_results,
    },
    reacts={AttemptGraded: reactions.judge_completion},
    timers={forget_old_requests: timedelta(hours=1)},
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
