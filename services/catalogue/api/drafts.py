"""Drafts: what the next publication makes public, as those write it who edit the course."""

from typing import Any
from uuid import UUID

from services.catalogue import commands, queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.api.versions import as_shown
from services.catalogue.draft_schemas import (
    CompletionRuleRequest,
    CourseFactsRequest,
    DraftProblemsSchema,
    OutcomesRequest,
    TrainersRequest,
)
from services.catalogue.model import Course, told
from services.catalogue.schemas import CourseVersionSchema
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.etag import if_match, tagged, versioned

Shown = tuple[dict[str, Any], dict[str, str]]


@blueprint.route("/courses/<uuid:course_id>/draft")
@require("trainer", "administrator")
@versioned
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def get_draft(course_id: UUID) -> Shown:
    """Show the draft. Its ETag is that of the course, and is sent with every change of it."""
    return draft_shown(queries.draft_for(session(), course_id, caller()).course)


@blueprint.route("/courses/<uuid:course_id>/draft", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def begin_draft(course_id: UUID) -> Shown:
    """Begin a draft that says what the newest version does. A draft that is there stays as it is."""
    return draft_shown(commands.begin_draft(session(), course_id, by=caller(), revision=if_match()))


@blueprint.route("/courses/<uuid:course_id>/draft", methods=["DELETE"])
@require("trainer", "administrator")
@versioned
@blueprint.response(204)
@blueprint.also("NOT_FOUND")
def drop_draft(course_id: UUID) -> None:
    """Drop the draft. A course that was never published goes with it."""
    commands.drop_draft(session(), course_id, by=caller(), revision=if_match())


@blueprint.route("/courses/<uuid:course_id>/draft/problems")
@require("trainer", "administrator")
@blueprint.response(200, DraftProblemsSchema)
@blueprint.also("NOT_FOUND")
def list_draft_problems(course_id: UUID) -> dict[str, Any]:
    """List everything that keeps the draft from being published at present."""
    draft = queries.draft_for(session(), course_id, caller())
    return {"problems": [told(one) for one in queries.problems_of(session(), draft)]}


@blueprint.route("/courses/<uuid:course_id>/draft/facts", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(CourseFactsRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def describe_course(said: dict[str, Any], course_id: UUID) -> Shown:
    """Put what the draft says of the course as a whole, and the programme that it is grouped under."""
    return draft_shown(commands.describe_course(session(), course_id, by=caller(), revision=if_match(), **said))


@blueprint.route("/courses/<uuid:course_id>/draft/outcomes", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(OutcomesRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def put_outcomes(said: dict[str, Any], course_id: UUID) -> Shown:
    """Put the competencies and levels that the course leads to."""
    return draft_shown(commands.put_outcomes(session(), course_id, by=caller(), revision=if_match(), **said))


@blueprint.route("/courses/<uuid:course_id>/draft/completion-rule", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(CompletionRuleRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def put_completion_rule(said: dict[str, Any], course_id: UUID) -> Shown:
    """Put what completes the course: the lessons to view, and its assessments by code."""
    return draft_shown(commands.put_rule(session(), course_id, by=caller(), revision=if_match(), **said))


@blueprint.route("/courses/<uuid:course_id>/draft/trainers", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(TrainersRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def put_trainers(said: dict[str, Any], course_id: UUID) -> Shown:
    """Put who edits the course, and is named as its trainers once the draft is published."""
    return draft_shown(commands.put_trainers(session(), course_id, by=caller(), revision=if_match(), **said))


def draft_shown(course: Course) -> Shown:
    """Give the draft of a course as it is answered, with the course's revision as its ETag."""
    return tagged(as_shown(course.require_draft()), course.revision)
