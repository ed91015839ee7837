"""The figures of courses, classes and programmes, and the doors to the rows behind them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from services.evaluation.model.tables import FigureRow
from services.evaluation.queries import figures as queries
from services.evaluation.queries.figures import Figures, Kind, Subject
from services.evaluation.queries.people import today_in
from services.evaluation.schemas.figures import (
    ClassFiguresSchema,
    CourseFiguresSchema,
    FigureRowSchema,
    ProgrammeFiguresSchema,
)
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, PageQuery, page, page_of

figures = Blueprint("figures", __name__, description="What a training did in the caller's city, or in the units below.")


@figures.route("/courses/<uuid:course_id>/figures")
@require("analyst", "administrator", "manager")
@figures.response(200, CourseFiguresSchema)
@figures.also("CONFLICT")
def show_course(course_id: UUID) -> dict[str, Any]:
    """Show a course's figures in the caller's city, or a manager's units, as far as the display rule lets them be."""
    return _shown("course", course_id)


@figures.route("/courses/<uuid:course_id>/figures/rows")
@require("analyst", "administrator", "manager")
@figures.arguments(PageQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_course_rows(query: Mapping[str, Any], course_id: UUID) -> Page[FigureRow]:
    """List the enrolments behind a course's figures; they are suppressed together with the figure."""
    return _rows("course", course_id, query)


@figures.route("/classes/<uuid:class_id>/figures")
@require("analyst", "administrator", "manager")
@figures.response(200, ClassFiguresSchema)
@figures.also("CONFLICT")
def show_class(class_id: UUID) -> dict[str, Any]:
    """Show the figures of a class in the caller's city, or a manager's units, by the same display rule."""
    return _shown("class", class_id)


@figures.route("/classes/<uuid:class_id>/figures/rows")
@require("analyst", "administrator", "manager")
@figures.arguments(PageQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_class_rows(query: Mapping[str, Any], class_id: UUID) -> Page[FigureRow]:
    """List the enrolments behind the figures of a class; they are suppressed together with the figure."""
    return _rows("class", class_id, query)


@figures.route("/programmes/<uuid:programme_id>/figures")
@require("analyst", "administrator", "manager")
@figures.response(200, ProgrammeFiguresSchema)
@figures.also("CONFLICT")
def show_programme(programme_id: UUID) -> dict[str, Any]:
    """Show a programme's figures in the caller's city, or a manager's units, by the same display rule."""
    return _shown("programme", programme_id)


@figures.route("/programmes/<uuid:programme_id>/figures/rows")
@require("analyst", "administrator", "manager")
@figures.arguments(PageQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_programme_rows(query: Mapping[str, Any], programme_id: UUID) -> Page[FigureRow]:
    """List the enrolments behind a programme's figures; they are suppressed together with the figure."""
    return _rows("programme", programme_id, query)


def _shown(kind: Kind, identity: UUID) -> dict[str, Any]:
    subject = _subject(kind, identity)
    found = queries.figures_of(session(), subject, today=today_in(session(), subject.tenant))
    is_open = found.gain.display != "suppressed"
    parameter: dict[str, Any] = {f"{kind}_id": identity}
    door = url_for(f"figures.list_{kind}_rows", **parameter) if is_open else None
    return {kind: identity, **_figures(found), "rows": door}


def _rows(kind: Kind, identity: UUID, query: Mapping[str, Any]) -> Page[FigureRow]:
    subject = _subject(kind, identity)
    rows = queries.rows_behind(session(), subject, today=today_in(session(), subject.tenant))
    return page(session(), rows, by=(FigureRow.enrolment,), **query)


def _subject(kind: Kind, identity: UUID) -> Subject:
    """Narrow what is measured to what the caller may see: a manager's figures are those of the managed units."""
    who = caller()
    managed = who.units("manager")
    if who.holds("analyst", "administrator") or None in managed:
        return Subject(tenant=who.tenant, kind=kind, id=identity)
    return Subject(tenant=who.tenant, kind=kind, id=identity, units=frozenset(unit for unit in managed if unit))


def _figures(found: Figures) -> dict[str, Any]:
    gain, units = found.gain.gain, found.subject.units
    effect = gain.effect if gain else None
    return {
        "title": found.title,
        "units": None if units is None else sorted(units),
        "enrolled": found.enrolled,
        "completed": found.completed,
        "display": found.gain.display,
        "why": found.why,
        "n": found.gain.n,
        "gain": gain and {"mean": gain.mean, "sd": gain.sd, "interval": gain.interval, "confidence": found.confidence},
        "d": effect and effect.d,
        "g": effect and effect.g,
        "shrunk": found.gain.shrunk,
        "as_of": found.as_of,
        "rule_set": found.rule_set,
    }
