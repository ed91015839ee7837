"""Disputes: opened by the person whom a line of evidence is about, decided by an analyst."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.evaluation import commands
from services.evaluation.api.people import own, own_id
from services.evaluation.model.tables import Dispute
from services.evaluation.queries import disputes as queries
from services.evaluation.schemas.disputes import (
    DecideDisputeSchema,
    DisputeEvidenceSchema,
    DisputeSchema,
    DisputesQuery,
)
from shared import clock
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page, page_of

disputes = Blueprint("disputes", __name__, description="Lines of evidence with which people disagree.")


@disputes.route("/evidence/<uuid:piece_id>/disputes", methods=["POST"])
@require()
@idempotent
@disputes.arguments(DisputeEvidenceSchema)
@disputes.response(201, DisputeSchema)
@disputes.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def dispute_evidence(body: Mapping[str, Any], piece_id: UUID) -> tuple[Dispute, int, dict[str, str]]:
    """Disagree with a line of evidence about oneself; an analyst decides."""
    person = own_id()
    dispute = commands.dispute_evidence(session(), caller().tenant, piece_id, by=person, at=clock.now(), **body)
    return dispute, 201, {"Location": url_for("own.list_own_disputes")}


@own.route("/disputes")
@require()
@own.arguments(PageQuery, location="query")
@own.response(200, page_of(DisputeSchema))
@own.also("NOT_FOUND")
def list_own_disputes(query: Mapping[str, Any]) -> Page[Dispute]:
    """List the caller's disputes with what was decided, newest first."""
    listed = queries.disputes_of(caller().tenant, person=own_id())
    return page(session(), listed, by=(Dispute.opened_at, Dispute.id), descending=True, **query)


@disputes.route("/disputes")
@require("analyst")
@shows_people
@disputes.arguments(DisputesQuery, location="query")
@disputes.response(200, page_of(DisputeSchema))
def list_disputes(query: Mapping[str, Any]) -> Page[Dispute]:
    """List the city's disputes, oldest first, those in one state if `state` is given."""
    listed = queries.disputes_of(caller().tenant, state=query["state"])
    by = (Dispute.opened_at, Dispute.id)
    found = page(session(), listed, by=by, limit=query["limit"], after=query["after"])
    note_access(*(dispute.person for dispute in found.items))
    return found


@disputes.route("/disputes/<uuid:dispute_id>/decision", methods=["PUT"])
@require("analyst")
@shows_people
@disputes.arguments(DecideDisputeSchema)
@disputes.response(200, DisputeSchema)
@disputes.also("NOT_FOUND", "CONFLICT")
def decide_dispute(body: Mapping[str, Any], dispute_id: UUID) -> Dispute:
    """Dismiss a dispute, or uphold it: then the evidence is withdrawn and the level is read anew without it."""
    who = caller()
    decided = commands.decide_dispute(session(), who.tenant, dispute_id, by=who.id, at=clock.now(), **body)
    note_access(decided.person)
    return decided
