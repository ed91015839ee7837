"""What is the caller's own."""

from collections.abc import Mapping
from typing import Any

from services.enrolment import queries
from services.enrolment.model import Enrolment
from services.enrolment.queries import Study
from services.enrolment.schemas.enrolments import EnrolmentSchema
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of

own = Blueprint("own", __name__, url_prefix="/me", description="What is the caller's own.")


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
