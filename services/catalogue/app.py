"""The catalogue as a service: what it stores, answers, hears and does by the clock."""

from datetime import timedelta

from flask import Flask

import shared.cli
from services.catalogue.api import blueprint
from services.catalogue.exports import EXPORTS
from services.catalogue.model import Base
from services.catalogue.projections import (
    copy_assessments,
    copy_frameworks,
    copy_people,
    copy_tenants,
    forget_people,
    keep_measures,
)
from services.catalogue.reactions import release_trainers
from shared.events.assessment import AssessmentPublished
from shared.events.evaluation import FrameworkPublished, ProgrammeMeasured
from shared.events.identity import PersonAssigned, PersonErased, TenantDefined
from shared.service import Service
from shared.web.accesses import forget_old_accesses
from shared.web.idempotency import forget_old_requests

service = Service(
    name="catalogue",
    metadata=Base.metadata,
    api=(blueprint,),
    projects={
        FrameworkPublished: copy_frameworks,
        AssessmentPublished: copy_assessments,
        PersonAssigned: copy_people,
        TenantDefined: copy_tenants,
        ProgrammeMeasured: keep_measures,
        PersonErased: forget_people,
    },
    reacts={PersonErased: release_trainers},
    exports=EXPORTS,
    timers={forget_old_requests: timedelta(hours=1), forget_old_accesses: timedelta(minutes=1)},
)


def create_app() -> Flask:
    """Make the WSGI application that gunicorn serves."""
    return shared.cli.web_app(service)
