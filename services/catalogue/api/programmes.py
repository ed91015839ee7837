"""Programmes: what courses are grouped under."""

from typing import Any
from uuid import UUID

from flask import url_for

from services.catalogue import commands, queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.draft_schemas import ProgrammeDetailSchema, ProgrammeRequest, ProgrammeTitle
from services.catalogue.model import Programme
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.etag import if_match, tagged, versioned
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page_of


@blueprint.route("/programmes")
@require()
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ProgrammeDetailSchema))
def list_programmes(asked: dict[str, Any]) -> Page[Programme]:
    """List the programmes of the tenant by code."""
    return queries.programmes_of(session(), caller().tenant, **asked)


@blueprint.route("/programmes", methods=["POST"])
@require("trainer", "administrator")
@idempotent
@blueprint.arguments(ProgrammeRequest)
@blueprint.response(201, ProgrammeDetailSchema)
@blueprint.also("CONFLICT")
def create_programme(said: dict[str, str]) -> tuple[Programme, dict[str, str]]:
    """Make a programme to group courses under."""
    programme = commands.create_programme(session(), by=caller(), **said)
    answer, headers = tagged(programme, programme.revision)
    return answer, {**headers, "Location": url_for("catalogue.get_programme", programme_id=programme.id)}


@blueprint.route("/programmes/<uuid:programme_id>")
@require()
@versioned
@blueprint.response(200, ProgrammeDetailSchema)
@blueprint.also("NOT_FOUND")
def get_programme(programme_id: UUID) -> tuple[Programme, dict[str, str]]:
    """Show a programme."""
    programme = queries.programme_of(session(), caller().tenant, programme_id)
    return tagged(programme, programme.revision)


@blueprint.route("/programmes/<uuid:programme_id>", methods=["PUT"])
@require("administrator")
@versioned
@blueprint.arguments(ProgrammeTitle)
@blueprint.response(200, ProgrammeDetailSchema)
@blueprint.also("NOT_FOUND")
def rename_programme(said: dict[str, str], programme_id: UUID) -> tuple[Programme, dict[str, str]]:
    """Give a programme another title, for all its courses."""
    programme = commands.rename_programme(session(), programme_id, by=caller(), revision=if_match(), **said)
    return tagged(programme, programme.revision)
