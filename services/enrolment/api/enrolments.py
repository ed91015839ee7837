"""Enrolments over HTTP: made, looked at, learnt in and withdrawn from."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.enrolment import admission, commands, queries
from services.enrolment.model import Enrolment
from services.enrolment.model.enrolments import EnrolsOthers, NobodyToEnrol
from services.enrolment.oversight import oversees
from services.enrolment.queries import Study
from services.enrolment.schemas.enrolments import EnrolmentQuery, EnrolmentRequest, EnrolmentSchema
from shared import clock
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import Caller, caller, require
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, page, page_of

enrolments = Blueprint("enrolments", __name__, description="Enrolments and their progress.")


@enrolments.route("/classes/<uuid:class_id>/enrolments", methods=["POST"])
@require("learner", "manager", "administrator")
@shows_people
@idempotent
@enrolments.arguments(EnrolmentRequest)
@enrolments.response(201, EnrolmentSchema)
@enrolments.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def enrol(wanted: Mapping[str, Any], class_id: UUID) -> tuple[Study, dict[str, str]]:
    """Enrol oneself; as an administrator, anybody of the city; as a manager, who works in one's units today."""
    person = _learner_meant(caller(), wanted["person"])
    study = commands.enrol_learner(session(), class_id, tenant=caller().tenant, person=person, at=clock.now())
    note_access(person)
    return study, {"Location": url_for("enrolments.show_enrolment", enrolment_id=study.enrolment.id)}


@enrolments.route("/enrolments")
@require("trainer", "manager", "administrator")
@shows_people
@enrolments.arguments(EnrolmentQuery, location="query")
@enrolments.response(200, page_of(EnrolmentSchema))
@enrolments.also("CONFLICT")
def list_enrolments(query: Mapping[str, Any]) -> Page[Study]:
    """List the enrolments that one may see, newest first.

    Administrators see those of the city, managers those of who works in or below their units today, trainers those in
    their courses.
    """
    asked = {name: query[name] for name in ("unit", "class_", "person", "state")}
    listed = page(
        session(),
        admission.enrolments_seen_by(session(), caller(), **asked, at=clock.now()),
        by=(Enrolment.id,),
        descending=True,
        limit=query["limit"],
        after=query["after"],
    )
    note_access(*(enrolment.person for enrolment in listed.items))
    return Page(queries.studies(session(), listed.items), listed.next)


@enrolments.route("/enrolments/<uuid:enrolment_id>")
@require("learner", "trainer", "manager", "administrator")
@shows_people
@enrolments.response(200, EnrolmentSchema)
@enrolments.also("NOT_FOUND")
def show_enrolment(enrolment_id: UUID) -> Study:
    """Show an enrolment to its learner, a manager of theirs, an administrator or a trainer of the course."""
    enrolment = admission.enrolment_seen_by(session(), caller(), enrolment_id)
    note_access(enrolment.person)
    return queries.studies(session(), [enrolment])[0]


@enrolments.route("/enrolments/<uuid:enrolment_id>/lessons/<uuid:lesson_id>", methods=["PUT"])
@require("learner")
@enrolments.response(200, EnrolmentSchema)
@enrolments.also("NOT_FOUND", "CONFLICT")
def mark_lesson(enrolment_id: UUID, lesson_id: UUID) -> Study:
    """Mark a lesson as done; doing so again changes nothing. Answers the enrolment with its new state."""
    who = caller()
    return commands.mark_lesson(session(), enrolment_id, lesson_id, tenant=who.tenant, person=who.id, at=clock.now())


@enrolments.route("/enrolments/<uuid:enrolment_id>/withdrawal", methods=["PUT"])
@require("learner", "manager", "administrator")
@shows_people
@enrolments.response(200, EnrolmentSchema)
@enrolments.also("NOT_FOUND", "CONFLICT")
def withdraw(enrolment_id: UUID) -> Study:
    """Give the place back, as the learner, a manager of theirs or an administrator; what was marked stays.

    Doing so again changes nothing. What is completed stays completed.
    """
    enrolment = admission.enrolment_steered_by(session(), caller(), enrolment_id)
    note_access(enrolment.person)
    return commands.withdraw_learner(session(), enrolment.id, tenant=caller().tenant, at=clock.now())


def _learner_meant(who: Caller, person: UUID | None) -> UUID:
    if person is None or (person == who.id and not who.machine and who.holds("learner")):
        if who.machine or not who.holds("learner"):
            raise NobodyToEnrol("Name the person to enrol.", errors={"person": ["Only learners can leave this out."]})
        return who.id
    if not who.holds("administrator") and not oversees(session(), who, person):
        raise EnrolsOthers("Managers enrol who works in their units, and administrators anybody; learners themselves.")
    return person
