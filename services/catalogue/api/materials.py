"""Downloads: the files of lessons, in ranges where asked, and courses as manifests."""

import io
from uuid import UUID

from flask import Response, send_file

from services.catalogue import queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.content_types import INLINE
from services.catalogue.editors import require_editor
from services.catalogue.manifest import write_manifest
from services.catalogue.manifests import manifest_of
from services.catalogue.storage import Storage
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.edge import edge

# A document that a browser shows may load nothing from elsewhere and run nothing.
SHOWN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
)


def storage() -> Storage:
    """Give where this process keeps files."""
    return Storage(edge().settings.storage)


@blueprint.route("/courses/<uuid:course_id>/versions/<int:number>/materials/<uuid:material_id>")
@require()
@blueprint.response(200, content_type="application/octet-stream")
@blueprint.also("PARTIAL_CONTENT", "NOT_FOUND", "REQUESTED_RANGE_NOT_SATISFIABLE")
def get_material(course_id: UUID, number: int, material_id: UUID) -> Response:
    """Download a file of a lesson, or a range of it. PDF and pictures may be shown; all else is saved."""
    version = queries.version_for(session(), course_id, number, caller())
    material = queries.material_of(version, material_id)
    answer = send_file(
        storage().path(material.tenant, material.sha256),
        mimetype=material.content_type,
        as_attachment=material.content_type not in INLINE,
        download_name=material.file_name,
        conditional=True,
        etag=material.sha256,
        last_modified=None,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    if material.content_type in INLINE:
        answer.headers["Content-Security-Policy"] = SHOWN_POLICY
    return answer


@blueprint.route("/courses/<uuid:course_id>/manifest")
@require("trainer", "administrator")
@blueprint.response(200, content_type="application/zip")
@blueprint.also("NOT_FOUND")
def get_manifest(course_id: UUID) -> Response:
    """Export the newest state of a course, its draft if it has one, as a manifest that imports as the same."""
    course = queries.course_for(session(), course_id, caller())
    require_editor(course, caller())
    queries.load_texts(session(), [course.newest])
    files = {one.name: storage().path(one.tenant, one.sha256).read_bytes() for one in course.newest.materials}
    packed = write_manifest(manifest_of(course, course.newest), files)
    return send_file(
        io.BytesIO(packed), mimetype="application/zip", as_attachment=True, download_name=f"{course.code}.zip"
    )
