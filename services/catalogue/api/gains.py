"""What a course was found to bring: the gain of the caller's city, and for its owner that of every city."""

from typing import Any
from uuid import UUID

from services.catalogue import queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.gain_schemas import GainSchema
from services.catalogue.model import Measure
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of


@blueprint.route("/courses/<uuid:course_id>/gains")
@require()
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(GainSchema))
@blueprint.also("NOT_FOUND")
def list_gains(asked: dict[str, Any], course_id: UUID) -> Page[Measure]:
    """List what was gained in the course: by the caller's city, and by every city for those who answer for it."""
    course = queries.course_for(session(), course_id, caller())
    return page(session(), queries.gains_for(course, caller()), by=(Measure.tenant,), **asked)
