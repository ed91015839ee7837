"""Course manifests on their way in."""

from dataclasses import replace
from typing import Any

from flask import url_for

from services.catalogue import commands
from services.catalogue.api.blueprint import blueprint
from services.catalogue.api.materials import storage
from services.catalogue.api.uploads import receive_file, takes_file
from services.catalogue.commands import CourseImport
from services.catalogue.manifest import Limits
from services.catalogue.schemas import CourseImportQuery, CourseImportSchema
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.edge import edge


@blueprint.route("/course-imports", methods=["POST"])
@require("trainer", "administrator")
@takes_file
@blueprint.arguments(CourseImportQuery, location="query")
@blueprint.response(201, CourseImportSchema)
@blueprint.also("CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "LENGTH_REQUIRED", "SERVICE_UNAVAILABLE", OK=CourseImportSchema)
def import_course(asked: dict[str, Any]) -> tuple[CourseImport, int, dict[str, str]]:
    """Take in a course manifest: a new course, or what the draft of the course with its code becomes."""
    limits = replace(Limits(), max_bytes=edge().settings.upload_limit)
    with storage().receiving() as incoming:
        archive, _ = receive_file(incoming, name="")
        done = commands.import_course(session(), archive.path, by=caller(), storage=storage(), limits=limits, **asked)
    if done.dry_run:
        return done, 200, {}
    place = url_for("catalogue.get_course", course_id=done.course)
    return done, 201 if done.created else 200, {"Location": place}
