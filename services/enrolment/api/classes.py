"""Classes over HTTP: planned, changed, closed and found."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.enrolment import commands, queries
from services.enrolment.model import Class
from services.enrolment.schemas.classes import ClassChange, ClassQuery, ClassRequest, ClassSchema
from shared import clock
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import Role, caller, require
from shared.web.etag import if_match, tagged, versioned
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, page, page_of

classes = Blueprint("classes", __name__, description="Classes of the city.")

Answer = tuple[Class, dict[str, str]]


@classes.route("/classes", methods=["POST"])
@require("administrator", "trainer", "manager")
@idempotent
@classes.arguments(ClassRequest)
@classes.response(201, ClassSchema)
@classes.also("FORBIDDEN", "CONFLICT")
def plan_class(wanted: Mapping[str, Any]) -> Answer:
    """Plan a class in a course, as an administrator, a manager or a trainer of the course."""
    trainer = _unless("administrator", "manager")
    planned = commands.plan_class(session(), tenant=caller().tenant, trainer=trainer, **wanted)
    shown, headers = tagged(planned, planned.revision)
    return shown, {**headers, "Location": url_for("classes.show_class", class_id=planned.id)}


@classes.route("/classes")
@require("learner", "trainer", "manager", "analyst", "administrator")
@classes.arguments(ClassQuery, location="query")
@classes.response(200, page_of(ClassSchema))
def list_classes(query: Mapping[str, Any]) -> Page[Class]:
    """List the city's classes, newest last, in one course if `course` is given."""
    listed = queries.classes_of(caller().tenant, course=query["course"])
    return page(session(), listed, by=(Class.id,), limit=query["limit"], after=query["after"])


@classes.route("/classes/<uuid:class_id>")
@require("learner", "trainer", "manager", "analyst", "administrator")
@versioned
@classes.response(200, ClassSchema)
@classes.also("NOT_FOUND")
def show_class(class_id: UUID) -> Answer:
    """Show a class."""
    found = queries.class_of(session(), caller().tenant, class_id)
    return tagged(found, found.revision)


@classes.route("/classes/<uuid:class_id>", methods=["PUT"])
@require("administrator", "trainer")
@versioned
@classes.arguments(ClassChange)
@classes.response(200, ClassSchema)
@classes.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def change_class(wanted: Mapping[str, Any], class_id: UUID) -> Answer:
    """Change the places of a class, never below those taken, and its days, until somebody is enrolled.

    Not as a manager: learners of any unit may be in it.
    """
    changed = commands.change_class(
        session(), class_id, tenant=caller().tenant, trainer=_unless("administrator"), revision=if_match(), **wanted
    )
    return tagged(changed, changed.revision)


@classes.route("/classes/<uuid:class_id>/closing", methods=["PUT"])
@require("administrator", "trainer")
@classes.response(200, ClassSchema)
@classes.also("NOT_FOUND", "FORBIDDEN", "CONFLICT")
def close_class(class_id: UUID) -> Answer:
    """Close a class before its last day; who has not completed is let go. Closing it again changes nothing."""
    closed = commands.close_class(
        session(), class_id, tenant=caller().tenant, trainer=_unless("administrator"), at=clock.now()
    )
    return tagged(closed, closed.revision)


def _unless(*roles: Role) -> UUID | None:
    """Give the caller, where nothing but being a trainer lets them do it; None for one of these roles."""
    return None if caller().holds(*roles) else caller().id
