"""Offers: to which other tenants a course is open."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.catalogue import commands, queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.editors import require_editor
from services.catalogue.model import Offer
from services.catalogue.schemas import OfferSchema
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of


@blueprint.route("/courses/<uuid:course_id>/offers")
@require("trainer", "administrator")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(OfferSchema))
@blueprint.also("NOT_FOUND")
def list_offers(asked: Mapping[str, Any], course_id: UUID) -> Page[Offer]:
    """List to whom a course is offered, and was; for those who edit it."""
    course = queries.course_for(session(), course_id, caller())
    require_editor(course, caller())
    return page(session(), queries.offers_of(course), by=(Offer.receiver,), **asked)


@blueprint.route("/courses/<uuid:course_id>/offers/<uuid:tenant_id>", methods=["PUT"])
@require("administrator")
@blueprint.response(200, OfferSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def offer(course_id: UUID, tenant_id: UUID) -> Offer:
    """Let the people of another city or provider take a published course; doing so again changes nothing."""
    return commands.offer_course(session(), course_id, tenant_id, by=caller())


@blueprint.route("/courses/<uuid:course_id>/offers/<uuid:tenant_id>", methods=["DELETE"])
@require("administrator")
@blueprint.response(204)
@blueprint.also("NOT_FOUND")
def end_offer(course_id: UUID, tenant_id: UUID) -> None:
    """Let nobody there begin the course any more; who has begun goes on and reads it. Doing so again is welcome."""
    commands.end_offer(session(), course_id, tenant_id, by=caller())
