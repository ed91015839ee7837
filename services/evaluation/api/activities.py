"""Activities outside the courses: recorded by those who did them, verified by those above."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from services.evaluation import commands
from services.evaluation.api.people import own, own_id, sight_of_caller
from services.evaluation.certificates import ENDINGS
from services.evaluation.model.tables import Activity, Certificate
from services.evaluation.queries import activities as queries
from services.evaluation.queries.activities import ActivityShown
from services.evaluation.queries.people import today_in
from services.evaluation.schemas.activities import (
    ActivitiesQuery,
    ActivityIn,
    ActivitySchema,
    CertificateSchema,
    ReturnActivityIn,
    RevokeActivityIn,
)
from shared import clock
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.etag import check_version, tagged, versioned
from shared.web.idempotency import idempotent
from shared.web.limits import takes_upload
from shared.web.pagination import Page, page, page_of

activities = Blueprint("activities", __name__, description="Seminars, coaching and the like, outside the courses.")

Versioned = tuple[ActivityShown, dict[str, str]]


@own.route("/certificates", methods=["POST"])
@require()
@takes_upload("certificate_limit")
@idempotent
@own.body(*ENDINGS)
@own.response(201, CertificateSchema)
@own.also("NOT_FOUND", "CONFLICT", "UNPROCESSABLE_ENTITY", "REQUEST_ENTITY_TOO_LARGE", OK=CertificateSchema)
def upload_certificate() -> tuple[Certificate, int]:
    """Upload the certificate of an activity that is to be recorded next: a PDF, a JPEG or a PNG by its content.

    The same file is kept once, and answered with 200; once it proves an activity, it is refused.
    """
    content = request.get_data(cache=False)
    kept, fresh = commands.keep_certificate(session(), caller().tenant, own_id(), content, at=clock.now())
    return kept, 201 if fresh else 200


@own.route("/activities", methods=["POST"])
@require()
@idempotent
@own.arguments(ActivityIn)
@own.response(201, ActivitySchema)
@own.also("NOT_FOUND", "CONFLICT")
def record_activity(body: Mapping[str, Any]) -> tuple[ActivityShown, int, dict[str, str]]:
    """Record an activity of one's own and submit it to be verified."""
    tenant, person = caller().tenant, own_id()
    today = today_in(session(), tenant)
    activity = commands.record_activity(session(), tenant, person, body, at=clock.now(), today=today)
    answer, tag = _shown(activity)
    return answer, 201, {**tag, "Location": url_for("activities.show_activity", activity_id=activity.id)}


@own.route("/activities")
@require()
@own.arguments(ActivitiesQuery, location="query")
@own.response(200, page_of(ActivitySchema))
@own.also("NOT_FOUND")
def list_own_activities(query: Mapping[str, Any]) -> Page[ActivityShown]:
    """List the caller's activities, newest first, those in one state if `state` is given."""
    listed = queries.activities_of(caller().tenant, person=own_id(), state=query["state"])
    return _page(listed, query, descending=True)


@own.route("/activities/<uuid:activity_id>", methods=["PUT"])
@require()
@versioned
@own.arguments(ActivityIn)
@own.response(200, ActivitySchema)
@own.also("NOT_FOUND", "CONFLICT")
def correct_activity(body: Mapping[str, Any], activity_id: UUID) -> Versioned:
    """Correct an activity of one's own that is not verified, and submit it again."""
    tenant, person = caller().tenant, own_id()
    today = today_in(session(), tenant)
    check_version(queries.activity_to_change(session(), tenant, activity_id, of=person).version)
    return _shown(commands.correct_activity(session(), tenant, person, activity_id, body, at=clock.now(), today=today))


@own.route("/activities/<uuid:activity_id>/withdrawal", methods=["PUT"])
@require()
@own.response(200, ActivitySchema)
@own.also("NOT_FOUND", "CONFLICT")
def withdraw_activity(activity_id: UUID) -> Versioned:
    """Take an activity of one's own back while it is not verified; its certificate is deleted."""
    return _shown(commands.withdraw_activity(session(), caller().tenant, own_id(), activity_id))


@activities.route("/activities")
@require("manager", "analyst", "administrator")
@shows_people
@activities.arguments(ActivitiesQuery, location="query")
@activities.response(200, page_of(ActivitySchema))
@activities.also("CONFLICT")
def list_activities(query: Mapping[str, Any]) -> Page[ActivityShown]:
    """List the activities of those whom the caller oversees, oldest first, those in one state if `state` is given."""
    tenant = caller().tenant
    today = today_in(session(), tenant)
    listed = queries.activities_seen(session(), tenant, sight_of_caller(), state=query["state"], today=today)
    found = _page(listed, query, descending=False)
    note_access(*(one.activity.person for one in found.items))
    return found


@activities.route("/activities/<uuid:activity_id>")
@require()
@versioned
@shows_people
@activities.response(200, ActivitySchema)
@activities.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def show_activity(activity_id: UUID) -> Versioned:
    """Show an activity of one's own, or of somebody whom the caller oversees."""
    return _shown(_seen(activity_id))


@activities.route("/activities/<uuid:activity_id>/certificate")
@require()
@shows_people
@activities.response(200, content_type="application/octet-stream")
@activities.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def download_certificate(activity_id: UUID) -> Response:
    """Download the certificate of an activity; it is always saved and never shown by the browser."""
    activity = _seen(activity_id)
    certificate, content = queries.content_of(session(), activity)
    answer = Response(content, mimetype=certificate.content_type)
    name = f"sertifikat-{activity.dated_on}.{ENDINGS[certificate.content_type]}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@activities.route("/activities/<uuid:activity_id>/verification", methods=["PUT"])
@require("manager", "analyst", "administrator")
@versioned
@shows_people
@activities.response(200, ActivitySchema)
@activities.also("NOT_FOUND", "CONFLICT")
def verify_activity(activity_id: UUID) -> Versioned:
    """Let an activity count, in the version that was looked at; nobody verifies their own."""
    activity = _to_decide(activity_id)
    return _shown(commands.verify_activity(session(), activity, by=caller().id, at=clock.now()))


@activities.route("/activities/<uuid:activity_id>/return", methods=["PUT"])
@require("manager", "analyst", "administrator")
@versioned
@shows_people
@activities.arguments(ReturnActivityIn)
@activities.response(200, ActivitySchema)
@activities.also("NOT_FOUND", "CONFLICT")
def return_activity(body: Mapping[str, Any], activity_id: UUID) -> Versioned:
    """Give an activity back to be corrected, with a reason that the person reads."""
    activity = _to_decide(activity_id)
    return _shown(commands.return_activity(session(), activity, body["reason"], by=caller().id, at=clock.now()))


@activities.route("/activities/<uuid:activity_id>/revocation", methods=["PUT"])
@require("analyst")
@versioned
@shows_people
@activities.arguments(RevokeActivityIn)
@activities.response(200, ActivitySchema)
@activities.also("NOT_FOUND", "CONFLICT")
def revoke_activity(body: Mapping[str, Any], activity_id: UUID) -> Versioned:
    """Take the hours of a verified activity back; the person may correct it and submit it again."""
    activity = _to_decide(activity_id)
    return _shown(commands.revoke_activity(session(), activity, **body, by=caller().id, at=clock.now()))


def _seen(activity_id: UUID) -> Activity:
    """Give an activity that the caller may see, and note whose it is."""
    tenant = caller().tenant
    today = today_in(session(), tenant)
    activity = queries.activity_seen(session(), tenant, activity_id, sight_of_caller(), today=today)
    note_access(activity.person)
    return activity


def _to_decide(activity_id: UUID) -> Activity:
    """Give an activity that the caller may see, locked, and in the version that the caller has looked at."""
    _seen(activity_id)
    activity = queries.activity_to_change(session(), caller().tenant, activity_id)
    check_version(activity.version)
    return activity


def _shown(activity: Activity) -> Versioned:
    (answer,) = queries.shown(session(), [activity])
    return tagged(answer, activity.version)


def _page(listed: Any, query: Mapping[str, Any], *, descending: bool) -> Page[ActivityShown]:
    found = page(
        session(),
        listed,
        by=(Activity.submitted_at, Activity.id),
        descending=descending,
        limit=query["limit"],
        after=query["after"],
    )
    return Page(queries.shown(session(), found.items), found.next)
