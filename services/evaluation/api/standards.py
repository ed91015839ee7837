"""Rule sets as they are; frameworks and job standards, from CSV files."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request, url_for

from services.evaluation import commands
from services.evaluation.model.tables import Framework, JobStandard
from services.evaluation.queries import standards as queries
from services.evaluation.queries.people import today_in
from services.evaluation.queries.standards import RuleSetShown
from services.evaluation.reference import national_frameworks
from services.evaluation.schemas.standards import (
    FrameworkSchema,
    JobStandardSchema,
    JobStandardsQuery,
    JobStandardsSchema,
    NationalFrameworksSchema,
    RuleSetSchema,
    RuleSetsSchema,
    ValidFromQuery,
)
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page, page_of

standards = Blueprint("standards", __name__, description="Which competencies there are; what jobs ask for.")

Answer = tuple[Any, int, dict[str, str]]


@standards.route("/rule-sets")
@require()
@standards.response(200, RuleSetsSchema)
def list_rule_sets() -> dict[str, Any]:
    """List the national rule sets, oldest first."""
    return {"items": queries.rule_sets()}


@standards.route("/rule-sets/<string(maxlength=40):rule_set_code>")
@require()
@standards.response(200, RuleSetSchema)
@standards.also("NOT_FOUND")
def show_rule_set(rule_set_code: str) -> RuleSetShown:
    """Show a rule set: every number that a level, an hour or a figure rests on, beside its source."""
    return queries.rule_set(rule_set_code)


@standards.route("/national-frameworks")
@require()
@standards.response(200, NationalFrameworksSchema)
def list_national_frameworks() -> dict[str, Any]:
    """List the national frameworks, oldest first: what each level means, and what position types ask for by default."""
    return {"items": national_frameworks()}


@standards.route("/frameworks", methods=["POST"])
@require("analyst", "administrator")
@idempotent
@standards.body("text/csv")
@standards.arguments(ValidFromQuery, location="query")
@standards.response(201, FrameworkSchema)
@standards.also("CONFLICT", OK=FrameworkSchema)
def publish_framework(query: Mapping[str, Any]) -> Answer:
    """Publish the next version of the framework from a CSV file with the columns kode_kompetensi and nama.

    The same competencies again are no new version: the answer is then 200 with the one in force.
    """
    content = request.get_data()
    framework, fresh = commands.publish_framework(session(), caller().tenant, content, valid_from=_since(query))
    return framework, 201 if fresh else 200, {"Location": _place_of(framework)}


@standards.route("/frameworks")
@require()
@standards.arguments(PageQuery, location="query")
@standards.response(200, page_of(FrameworkSchema))
def list_frameworks(query: Mapping[str, Any]) -> Page[Framework]:
    """List the versions of the national framework and of the tenant's own, oldest first."""
    listed = queries.frameworks_of(caller().tenant)
    return page(session(), listed, by=(Framework.tenant, Framework.version), **query)


@standards.route("/frameworks/<int(max=1000000):version>")
@require()
@standards.response(200, FrameworkSchema)
@standards.also("NOT_FOUND")
def show_framework(version: int) -> Framework:
    """Show a version of the tenant's own framework."""
    return queries.framework(session(), caller().tenant, version)


@standards.route("/job-standards", methods=["POST"])
@require("analyst", "administrator")
@idempotent
@standards.body("text/csv")
@standards.arguments(ValidFromQuery, location="query")
@standards.response(201, JobStandardsSchema)
@standards.also("CONFLICT", OK=JobStandardsSchema)
def set_job_standards(query: Mapping[str, Any]) -> Answer:
    """Set the standards of jobs from a CSV file: kode_jabatan, kode_kompetensi, tingkat and, if wanted, kritis (ya).

    Each job in the file gets a whole new version; other jobs stay as they are. The same again is no new version: the
    answer is 200 if nothing is new. A job without a standard asks for the national default of its position type.
    """
    content = request.get_data()
    found, fresh = commands.set_job_standards(session(), caller().tenant, content, valid_from=_since(query))
    return {"items": found}, 201 if fresh else 200, {"Location": url_for("standards.list_job_standards")}


@standards.route("/job-standards")
@require()
@standards.arguments(JobStandardsQuery, location="query")
@standards.response(200, page_of(JobStandardSchema))
def list_job_standards(query: Mapping[str, Any]) -> Page[JobStandard]:
    """List all versions of the tenant's job standards by job, or of one job's if `job` is given."""
    listed = queries.job_standards_of(caller().tenant, query["job"])
    by = (JobStandard.job, JobStandard.version)
    return page(session(), listed, by=by, limit=query["limit"], after=query["after"])


def _since(query: Mapping[str, Any]) -> date:
    return query["valid_from"] or today_in(session(), caller().tenant)


def _place_of(framework: Framework) -> str:
    return url_for("standards.show_framework", version=framework.version)
