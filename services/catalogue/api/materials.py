"""Downloads: the files of lessons, in ranges where asked, and courses as manifests."""

from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

from flask import Response, send_file

from services.catalogue import queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.api.downloads import download
from services.catalogue.editors import require_editor
from services.catalogue.manifest import write_manifest_into
from services.catalogue.manifests import manifest_of
from services.catalogue.model import CourseVersion, Material
from services.catalogue.model.readiness import LessonHasNoFile
from services.catalogue.storage import Storage, storage_of
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.edge import edge


def storage() -> Storage:
    """Give where this process keeps files."""
    return storage_of(edge().settings)


@blueprint.route("/courses/<uuid:course_id>/versions/<int:number>/materials/<uuid:material_id>")
@require()
@blueprint.response(200, content_type="application/octet-stream")
@blueprint.also("PARTIAL_CONTENT", "NOT_FOUND", "REQUESTED_RANGE_NOT_SATISFIABLE", "SERVICE_UNAVAILABLE")
def get_material(course_id: UUID, number: int, material_id: UUID) -> Response:
    """Download a file of a lesson, or a range of it. PDF and pictures may be shown; all else is saved."""
    version = queries.version_for(session(), course_id, number, caller())
    return download(storage(), queries.material_of(version, material_id))


@blueprint.route("/courses/<uuid:course_id>/manifest")
@require("trainer", "administrator")
@blueprint.response(200, content_type="application/zip")
@blueprint.also("NOT_FOUND", "CONFLICT", "SERVICE_UNAVAILABLE")
def get_manifest(course_id: UUID) -> Response:
    """Export the newest state of a course, its draft if it has one, as a manifest that imports as the same."""
    course = queries.course_for(session(), course_id, caller())
    require_editor(course, caller())
    _require_files(course.newest)
    queries.load_texts(session(), [course.newest])
    files = {one.name: _content(storage(), one) for one in course.newest.materials}
    # By way of the disk, as there may be films among them; what is being sent goes from there once it is sent.
    with storage().receiving() as place:
        with place.path.open("w+b") as packed:
            write_manifest_into(packed, manifest_of(course, course.newest), files)
        return send_file(
            place.path, mimetype="application/zip", as_attachment=True, download_name=f"{course.code}.zip", etag=False
        )


def _require_files(version: CourseVersion) -> None:
    for lesson in version.lessons:
        if lesson.kind == "file" and lesson.material is None:
            raise LessonHasNoFile(f"The lesson {lesson.code} has no file yet. Upload one.", lesson=lesson.code)


def _content(storage: Storage, material: Material) -> Iterator[bytes]:
    with closing(storage.open(material.tenant, material.sha256)) as opened:
        while piece := opened.read(1 << 16):
            yield piece
