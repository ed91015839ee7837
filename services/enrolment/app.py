"""Enrolment, as data."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.enrolment import projections, reactions
from services.enrolment.api import classes, enrolments, jobs, own
from services.enrolment.commands import close_ended_classes, work_off_jobs
from services.enrolment.exports import EXPORTS
from services.enrolment.model import Base
from services.enrolment.oversight import oversees
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.catalogue import CourseOffered, CourseOfferEnded, CoursePublished, CourseWithdrawn
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined, UnitDefined
from shared.service import Service
from shared.web.accesses import forget_old_accesses
from shared.web.idempotency import forget_old_requests

service = Service(
    name="enrolment",
    metadata=Base.metadata,
    api=(classes, enrolments, jobs, own),
    projects={
        TenantDefined: projections.copy_tenants,
        UnitDefined: projections.copy_units,
        PersonAssigned: projections.copy_people,
        CoursePublished: projections.copy_courses,
        CourseOffered: projections.copy_offers,
        CourseOfferEnded: projections.copy_offers,
        CourseWithdrawn: projections.copy_course_withdrawals,
        PersonErased: projections.forget_people,
        AttemptGraded: projections.copy_results,
        AttemptAnnulled: projections.note_annulments,
    },
    reacts={
        AttemptGraded: reactions.judge_completion,
        AttemptAnnulled: reactions.judge_without_annulled,
        PersonErased: reactions.let_erased_people_go,
    },
    exports=EXPORTS,
    oversees=oversees,
    timers={
        work_off_jobs: timedelta(milliseconds=200),
        close_ended_classes: timedelta(seconds=1),
        forget_old_requests: timedelta(hours=1),
        forget_old_accesses: timedelta(minutes=1),
    },
)


def create_app() -> Flask:
    """Make the web app for gunicorn."""
    return shared.cli.web_app(service)
