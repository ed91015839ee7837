"""Enrolment over HTTP: classes, enrolments, and the caller's own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.enrolment import commands, queries
from services.enrolment.model import Class, Enrolment
from services.enrolment.model.enrolments import EnrolsOthers, NobodyToEnrol
from services.enrolment.queries import Study
from services.enrolment.schemas import ClassQuery, ClassRequest, ClassSchema, EnrolmentRequest, EnrolmentSchema
from shared import clock
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import Caller, caller, require
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page, page_of

classes = Blueprint("classes", __name__, description="Classes of the city.")
enrolments = Blueprint("enrolments", __name__, description="Enrolments and their progress.")
own = Blueprint("own", __name__, url_prefix="/me", description="What is the caller's own.")

Created = tuple[Any, dict[str, str]]


@classes.route("/classes", methods=["POST"])
@require("administrator", "trainer", "manager")
@idempotent
@classes.arguments(ClassRequest)
@classes.response(201, ClassSchema)
def plan_class(wanted: Mapping[str, Any]) -> Created:
    """Plan a class in a course, as an administrator, a manager or a trainer of the course."""
    trainer = None if caller().holds("administrator", "manager") else caller().id
    planned = commands.plan_class(session(), tenant=caller().tenant, trainer=trainer, **wanted)
    return planned, {"Location": url_for("classes.show_class", class_id=planned.id)}


@classes.route("/classes")
@require("learner", "trainer", "manager", "analyst", "administrator")
@classes.arguments(ClassQuery, location="query")
@classes.response(200, page_of(ClassSchema))
def list_classes(query: Mapping[str, Any]) -> Page[Class]:
    """List the city's classes, newest last, in one course if `course` is given."""
    listed = queries.classes_of(caller().tenant, course=query["course"])
    return page(session(), listed, by=(Class.id,), limit=query["limit"], after=query["after"])


@classes.route("/classes/<uuid:class_id>")
@require("learner", "trainer", "manager", "analyst", "administrator")
@classes.response(200, ClassSchema)
def show_class(class_id: UUID) -> Class:
    """Show a class."""
    return queries.class_of(session(), caller().tenant, class_id)


@enrolments.route("/classes/<uuid:class_id>/enrolments", methods=["POST"])
@require("learner", "administrator")
@idempotent
@enrolments.arguments(EnrolmentRequest)
@enrolments.response(201, EnrolmentSchema)
def enrol(wanted: Mapping[str, Any], class_id: UUID) -> Created:
    """Enrol oneself, or another person as an administrator."""
    person = _learner_meant(caller(), wanted["person"])
    study = commands.enrol_learner(session(), class_id, tenant=caller().tenant, person=person, at=clock.now())
    return study, {"Location": url_for("enrolments.show_enrolment", enrolment_id=study.enrolment.id)}


@enrolments.route("/enrolments/<uuid:enrolment_id>")
@require("learner", "trainer", "administrator")
@enrolments.response(200, EnrolmentSchema)
def show_enrolment(enrolment_id: UUID) -> Study:
    """Show an enrolment to its learner, an administrator or a trainer of the course."""
    who = caller()
    return queries.study_of(
        session(),
        who.tenant,
        enrolment_id,
        by=who.id,
        everyone=who.holds("administrator"),
        as_trainer=who.holds("trainer"),
    )


@enrolments.route("/enrolments/<uuid:enrolment_id>/lessons/<uuid:lesson_id>", methods=["PUT"])
@require("learner")
@enrolments.response(200, EnrolmentSchema)
def mark_lesson(enrolment_id: UUID, lesson_id: UUID) -> Study:
    """Mark a lesson as done; doing so again changes nothing. Answers the enrolment with its new state."""
    who = caller()
    return commands.mark_lesson(session(), enrolment_id, lesson_id, tenant=who.tenant, person=who.id, at=clock.now())


@own.route("/enrolments")
@require("learner")
@own.arguments(PageQuery, location="query")
@own.response(200, page_of(EnrolmentSchema))
def list_own_enrolments(query: Mapping[str, Any]) -> Page[Study]:
    """List the caller's enrolments, newest first."""
    listed = page(
        session(),
        queries.enrolments_of(caller().tenant, caller().id),
        by=(Enrolment.id,),
        descending=True,
        limit=query["limit"],
        after=query["after"],
    )
    return Page(queries.studies(session(), listed.items), listed.next)


def _learner_meant(who: Caller, person: UUID | None) -> UUID:
    if person is None or person == who.id:
        if who.machine or not who.holds("learner"):
            raise NobodyToEnrol("Name the person to enrol.", errors={"person": ["Only learners can leave this out."]})
        return who.id
    if not who.holds("administrator"):
        raise EnrolsOthers("Only an administrator can enrol another person.")
    return person
