"""Courses: who sees which, and publication."""

from typing import Any
from uuid import UUID

from flask import url_for

from services.catalogue import commands, queries
from services.catalogue.api.blueprint import blueprint
from services.catalogue.draft_schemas import CourseRequest
from services.catalogue.editors import may_edit
from services.catalogue.model import Course, CourseVersion
from services.catalogue.schemas import CourseSchema, CourseSummarySchema
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.etag import if_match, tagged, versioned
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page_of


@blueprint.route("/courses")
@require()
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(CourseSummarySchema))
def list_courses(asked: dict[str, Any]) -> Page[dict[str, Any]]:
    """List the courses of the tenant by title; drafts for those who edit them."""
    found = queries.courses_for(session(), caller(), **asked)
    return Page([_summary(version.course, version) for version in found.items], found.next)


@blueprint.route("/courses", methods=["POST"])
@require("trainer", "administrator")
@idempotent
@blueprint.arguments(CourseRequest)
@blueprint.response(201, CourseSchema)
@blueprint.also("CONFLICT")
def create_course(said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Make a course whose version 1 is a draft; a trainer who makes it is its first trainer."""
    course = commands.create_course(session(), by=caller(), **said)
    shown, headers = _shown(course)
    return shown, {**headers, "Location": url_for("catalogue.get_course", course_id=course.id)}


@blueprint.route("/courses/<uuid:course_id>")
@require()
@versioned
@blueprint.response(200, CourseSchema)
@blueprint.also("NOT_FOUND")
def get_course(course_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """Show a course."""
    return _shown(queries.course_for(session(), course_id, caller()))


@blueprint.route("/courses/<uuid:course_id>/publication", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.response(200, CourseSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def publish(course_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """Make the draft the version that new learners take; a course without changes stays as it is."""
    return _shown(commands.publish_course(session(), course_id, by=caller(), revision=if_match()))


@blueprint.route("/courses/<uuid:course_id>/withdrawal", methods=["PUT"])
@require("trainer", "administrator")
@versioned
@blueprint.response(200, CourseSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def withdraw(course_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """Let nobody begin the course any more; who has begun goes on. Publication takes it back."""
    return _shown(commands.withdraw_course(session(), course_id, by=caller(), revision=if_match()))


def _shown(course: Course) -> tuple[dict[str, Any], dict[str, str]]:
    draft = course.draft.number if course.draft and may_edit(course, caller()) else None
    trainers = course.trainers if draft else [one.person for one in course.shown.trainers]
    gain = queries.gain_of(session(), course, caller().tenant)
    shown = {**_summary(course, course.shown), "draft": draft, "trainers": trainers, "gain": gain}
    return tagged(shown, course.revision)


def _summary(course: Course, version: CourseVersion) -> dict[str, Any]:
    return {
        "id": course.id,
        "code": course.code,
        "provider": course.tenant,
        "state": course.state,
        "version": course.current or None,
        "title": version.title,
        "summary": version.summary,
        "language": version.language,
        "form": version.form,
        "scope": version.scope,
        "minutes": version.minutes,
        "programme": version.programme,
    }
