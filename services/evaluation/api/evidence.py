"""Evidence that analysts record and withdraw."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request

from services.evaluation import commands
from services.evaluation.commands import ResultsImport
from services.evaluation.queries.people import today_in
from services.evaluation.schemas.evidence import (
    ResultsImportSchema,
    ResultsQuery,
    WithdrawalsSchema,
    WithdrawEvidenceSchema,
)
from shared import clock
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.limits import takes_upload

evidence = Blueprint("evidence", __name__, description="Evidence that is recorded and withdrawn here.")


@evidence.route("/assessment-results", methods=["POST"])
@require("analyst", "administrator")
@takes_upload()
@evidence.body("text/csv")
@evidence.arguments(ResultsQuery, location="query")
@evidence.response(200, ResultsImportSchema)
@evidence.also("CONFLICT", "REQUEST_ENTITY_TOO_LARGE")
def import_results(query: Mapping[str, Any]) -> ResultsImport:
    """Record what raters found from a CSV file: person, kode_kompetensi, tingkat, peran and tanggal.

    In the place of a level (tingkat) a row may have a score on the level scale and its standard error of measurement,
    in the optional columns score and sem. There is one result for a person, competency, role and day; the same file
    again records nothing, unless what was withdrawn is wanted `anew`. A recorded result is changed by withdrawing its
    evidence and recording the other one.
    """
    who, content = caller(), request.get_data(cache=False)
    today = today_in(session(), who.tenant)
    return commands.import_results(session(), who.tenant, content, by=who.id, at=clock.now(), today=today, **query)


@evidence.route("/evidence/<uuid:piece_id>/withdrawal", methods=["PUT"])
@require("analyst")
@shows_people
@evidence.arguments(WithdrawEvidenceSchema)
@evidence.response(200, WithdrawalsSchema)
@evidence.also("CONFLICT")
def withdraw_evidence(body: Mapping[str, Any], piece_id: UUID) -> dict[str, Any]:
    """Withdraw a rating, an attempt or a completion as evidence of a competency, for every revision of it.

    The level is read anew without it, and so are the levels gained, which are made of levels. Completions, passes and
    pairs of programmes stay as they are. What was withdrawn stays withdrawn.
    """
    who = caller()
    found = commands.withdraw_evidence(session(), who.tenant, piece_id, by=who.id, at=clock.now(), **body)
    note_access(*(one.person for one in found))
    return {"items": found}
