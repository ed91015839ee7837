"""The lessons of a draft, and the files that are uploaded for them."""

from typing import Any
from uuid import UUID

from flask import url_for

from services.catalogue import commands, queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.api.drafts import Shown, draft_shown
from services.catalogue.api.materials import storage
from services.catalogue.api.uploads import receive_file, takes_file
from services.catalogue.api.versions import lesson_shown
from services.catalogue.draft_schemas import (
    DraftLessonSchema,
    FileNameQuery,
    LessonOrderRequest,
    LessonRequest,
    NewLessonRequest,
)
from services.catalogue.model.drafts import require_file_lesson
from services.catalogue.schemas import CourseVersionSchema
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.edge import edge
from shared.web.etag import if_match, tagged, versioned
from shared.web.idempotency import idempotent


@blueprint.route("/courses/<uuid:course_id>/draft/lessons", methods=["POST"])
@require("trainer", "administrator")
@idempotent
@blueprint.arguments(NewLessonRequest)
@blueprint.response(201, DraftLessonSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def add_lesson(said: dict[str, Any], course_id: UUID) -> Shown:
    """Add a lesson at the end of the draft. It takes nothing of another editor away, so it needs no If-Match."""
    course, lesson = commands.add_lesson(session(), course_id, by=caller(), **said)
    shown, headers = tagged({**lesson_shown(lesson, course.require_draft()), "body": lesson.body}, course.revision)
    place = url_for("catalogue.get_draft_lesson", course_id=course_id, lesson_id=lesson.id)
    return shown, {**headers, "Location": place}


@blueprint.route("/courses/<uuid:course_id>/draft/lessons/<uuid:lesson_id>")
@require("trainer", "administrator")
@versioned
@blueprint.response(200, DraftLessonSchema)
@blueprint.also("NOT_FOUND")
def get_draft_lesson(course_id: UUID, lesson_id: UUID) -> Shown:
    """Show a lesson of the draft, its text as it was written too."""
    draft = queries.draft_for(session(), course_id, caller())
    lesson = queries.lesson_of(session(), draft, lesson_id)
    return tagged({**lesson_shown(lesson, draft), "body": lesson.body}, draft.course.revision)


@blueprint.route("/courses/<uuid:course_id>/draft/lessons/<uuid:lesson_id>", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(LessonRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def rewrite_lesson(said: dict[str, Any], course_id: UUID, lesson_id: UUID) -> Shown:
    """Put what a lesson is. A file lesson that stays one keeps its file."""
    return draft_shown(
        commands.rewrite_lesson(session(), course_id, lesson_id, by=caller(), revision=if_match(), **said)
    )


@blueprint.route("/courses/<uuid:course_id>/draft/lessons/<uuid:lesson_id>", methods=["DELETE"])
@require("trainer", "administrator")
@versioned
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND")
def remove_lesson(course_id: UUID, lesson_id: UUID) -> Shown:
    """Take a lesson out of the draft; the versions that were published keep it."""
    return draft_shown(commands.remove_lesson(session(), course_id, lesson_id, by=caller(), revision=if_match()))


@blueprint.route("/courses/<uuid:course_id>/draft/lesson-order", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.arguments(LessonOrderRequest)
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def reorder_lessons(said: dict[str, Any], course_id: UUID) -> Shown:
    """Put the lessons into an order."""
    return draft_shown(commands.reorder_lessons(session(), course_id, by=caller(), revision=if_match(), **said))


@blueprint.route("/courses/<uuid:course_id>/draft/lessons/<uuid:lesson_id>/file", methods=["PUT"])
@require("trainer", "administrator")
@takes_file
@versioned
@blueprint.arguments(FileNameQuery, location="query")
@blueprint.response(200, CourseVersionSchema)
@blueprint.also("NOT_FOUND", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "LENGTH_REQUIRED", "SERVICE_UNAVAILABLE")
def upload_file(said: dict[str, str], course_id: UUID, lesson_id: UUID) -> Shown:
    """Upload the file of a file lesson: as the whole body, or as the part `file` of a form."""
    _refuse_early(course_id, lesson_id)
    with storage().receiving() as incoming:
        received, name = receive_file(incoming, name=said["name"])
        course = commands.upload_file(
            session(),
            course_id,
            lesson_id,
            by=caller(),
            revision=if_match(),
            received=received,
            name=name,
            storage=storage(),
        )
    return draft_shown(course)


def _refuse_early(course_id: UUID, lesson_id: UUID) -> None:
    """Refuse what will be refused in the end, before a large body comes in; with no transaction open meanwhile."""
    with edge().database.reading(caller().tenant) as reading:
        draft = queries.draft_for(reading, course_id, caller())
        draft.course.require_revision(if_match())
        require_file_lesson(draft.lesson(lesson_id))
