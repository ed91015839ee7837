"""Enrolling the people of a list over HTTP: the list is sent once, and worked off as a job."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from flask import request, url_for

from services.enrolment import commands, queries
from services.enrolment.model import EnrolmentJob, RefusedLine
from services.enrolment.people_lists import store_people
from services.enrolment.schemas.jobs import JobSchema, RefusedLineSchema
from shared import clock
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import Caller, caller, require
from shared.web.limits import takes_upload
from shared.web.pagination import Page, PageQuery, page, page_of

jobs = Blueprint("jobs", __name__, description="Lists of people who are enrolled in a class, batch by batch.")


@jobs.route("/classes/<uuid:class_id>/enrolment-jobs", methods=["POST"])
@require("manager", "administrator")
@takes_upload("people_list_limit")
@jobs.body("text/csv", "text/plain")
@jobs.response(202, JobSchema)
@jobs.also("NOT_FOUND", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNPROCESSABLE_ENTITY")
def ask_for_enrolments(class_id: UUID) -> tuple[EnrolmentJob, dict[str, str]]:
    """Enrol the people of a list: one id a line, or a CSV file with a column `person`. NIPs are not taken.

    The list is taken whole or, with its errors by line, not at all. A manager's list enrols who works in their units;
    the other lines are refused. The same list again, while it is being worked off, is the same job: a retry is safe.
    """
    who = caller()
    with TemporaryFile() as packed:  # No database is held while a list of 64 MB arrives over a slow line.
        people = store_people(request.stream, packed)
        packed.seek(0)
        job = commands.ask_for_enrolments(
            session(),
            class_id,
            people,
            packed,
            tenant=who.tenant,
            by=who.id,
            units=_units_of(who),
            at=clock.now(),
        )
    return job, {"Location": url_for("jobs.show_job", job_id=job.id)}


@jobs.route("/enrolment-jobs")
@require("manager", "administrator")
@jobs.arguments(PageQuery, location="query")
@jobs.response(200, page_of(JobSchema))
def list_jobs(query: Mapping[str, Any]) -> Page[EnrolmentJob]:
    """List the jobs that one asked for, newest first; as an administrator, all of the city."""
    listed = queries.jobs_of(caller().tenant, by=_asker(caller()))
    return page(session(), listed, by=(EnrolmentJob.id,), descending=True, limit=query["limit"], after=query["after"])


@jobs.route("/enrolment-jobs/<uuid:job_id>")
@require("manager", "administrator")
@jobs.response(200, JobSchema)
@jobs.also("NOT_FOUND")
def show_job(job_id: UUID) -> EnrolmentJob:
    """Show a job to who asked for it or an administrator, with how far it is."""
    return queries.job_of(session(), caller().tenant, job_id, by=_asker(caller()))


@jobs.route("/enrolment-jobs/<uuid:job_id>/refusals")
@require("manager", "administrator")
@shows_people
@jobs.arguments(PageQuery, location="query")
@jobs.response(200, page_of(RefusedLineSchema))
@jobs.also("NOT_FOUND")
def list_refusals(query: Mapping[str, Any], job_id: UUID) -> Page[RefusedLine]:
    """List the lines that enrolled nobody, in the order of the list."""
    job = queries.job_of(session(), caller().tenant, job_id, by=_asker(caller()))
    listed = queries.refusals_of(job)
    lines = page(session(), listed, by=(RefusedLine.line,), limit=query["limit"], after=query["after"])
    note_access(*(line.person for line in lines.items if line.person))
    return lines


@jobs.route("/enrolment-jobs/<uuid:job_id>/cancellation", methods=["PUT"])
@require("manager", "administrator")
@jobs.response(200, JobSchema)
@jobs.also("NOT_FOUND", "CONFLICT")
def cancel_job(job_id: UUID) -> EnrolmentJob:
    """Let the rest of a job's lines be; who is enrolled stays so. Doing it again changes nothing."""
    job = queries.job_of(session(), caller().tenant, job_id, by=_asker(caller()))
    return commands.cancel_job(session(), job.tenant, job.id, at=clock.now())


def _units_of(who: Caller) -> set[UUID] | None:
    """Give the units whose people the caller may enrol, or None for everybody."""
    managed = who.units("manager")
    if who.holds("administrator") or None in managed:
        return None
    return {unit for unit in managed if unit}


def _asker(who: Caller) -> UUID | None:
    """Give the caller, where they see only the jobs that they asked for."""
    return None if who.holds("administrator") else who.id
