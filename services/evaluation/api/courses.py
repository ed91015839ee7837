"""The figures of a course, and the door to the rows behind them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.evaluation.model.tables import FigureRow
from services.evaluation.queries import courses as queries
from services.evaluation.queries.courses import CourseFigures
from services.evaluation.queries.people import today_in
from services.evaluation.schemas.courses import CourseFiguresSchema, FigureRowSchema
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of

courses = Blueprint("courses", __name__, description="What a course did in the caller's city.")


@courses.route("/courses/<uuid:course_id>/figures")
@require("analyst", "administrator")
@courses.response(200, CourseFiguresSchema)
@courses.also("CONFLICT")
def show_figures(course_id: UUID) -> dict[str, Any]:
    """Show a course's figures in the caller's city, as far as the display rule lets them be seen."""
    tenant = caller().tenant
    return _shown(queries.figures_of(session(), tenant, course_id, today=today_in(session(), tenant)))


@courses.route("/courses/<uuid:course_id>/figures/rows")
@require("analyst", "administrator")
@courses.arguments(PageQuery, location="query")
@courses.response(200, page_of(FigureRowSchema))
@courses.also("CONFLICT")
def list_rows(query: Mapping[str, Any], course_id: UUID) -> Page[FigureRow]:
    """List the enrolments behind a course's figures; they are suppressed together with the figure."""
    tenant = caller().tenant
    rows = queries.rows_behind(session(), tenant, course_id, today=today_in(session(), tenant))
    return page(session(), rows, by=(FigureRow.enrolment,), **query)


def _shown(figures: CourseFigures) -> dict[str, Any]:
    gain = figures.gain.gain
    effect = gain.effect if gain else None
    is_open = figures.gain.display != "suppressed"
    return {
        "course": figures.course,
        "title": figures.title,
        "enrolled": figures.enrolled,
        "completed": figures.completed,
        "display": figures.gain.display,
        "why": figures.why,
        "n": figures.gain.n,
        "gain": gain
        and {"mean": gain.mean, "sd": gain.sd, "interval": gain.interval, "confidence": figures.confidence},
        "d": effect and effect.d,
        "g": effect and effect.g,
        "shrunk": figures.gain.shrunk,
        "as_of": figures.as_of,
        "rule_set": figures.rule_set,
        "rows": url_for("courses.list_rows", course_id=figures.course) if is_open else None,
    }
