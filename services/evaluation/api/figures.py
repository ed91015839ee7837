"""The figures of courses, classes and programmes, and the doors to the rows behind them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.evaluation.api.figure_shapes import shape_of
from services.evaluation.model.tables import FigureRow
from services.evaluation.queries.figure_rows import told_behind
from services.evaluation.queries.figures import Figures, figures_of, rows_behind
from services.evaluation.queries.people import today_in
from services.evaluation.queries.subjects import Kind, Subject, narrowed
from services.evaluation.schemas.figures import (
    ClassFiguresSchema,
    CourseFiguresSchema,
    FigureRowSchema,
    FiguresQuery,
    ProgrammeFiguresSchema,
    RowsQuery,
)
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, page, page_of

figures = Blueprint("figures", __name__, description="What a training did in the caller's city, or in the units below.")


@figures.route("/courses/<uuid:course_id>/figures")
@require("analyst", "administrator", "manager")
@figures.arguments(FiguresQuery, location="query")
@figures.response(200, CourseFiguresSchema)
@figures.also("CONFLICT")
def show_course(query: Mapping[str, Any], course_id: UUID) -> dict[str, Any]:
    """Show a course's figures in the caller's city, or a manager's units, as far as the display rule lets them be."""
    return _shown("course", course_id, query)


@figures.route("/courses/<uuid:course_id>/figures/rows")
@require("analyst", "administrator", "manager")
@shows_people
@figures.arguments(RowsQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_course_rows(query: Mapping[str, Any], course_id: UUID) -> Page[dict[str, Any]]:
    """List the enrolments behind a course's figures; each figure's are suppressed together with it."""
    return _rows("course", course_id, query)


@figures.route("/classes/<uuid:class_id>/figures")
@require("analyst", "administrator", "manager")
@figures.arguments(FiguresQuery, location="query")
@figures.response(200, ClassFiguresSchema)
@figures.also("CONFLICT")
def show_class(query: Mapping[str, Any], class_id: UUID) -> dict[str, Any]:
    """Show the figures of a class in the caller's city, or a manager's units, by the same display rule."""
    return _shown("class", class_id, query)


@figures.route("/classes/<uuid:class_id>/figures/rows")
@require("analyst", "administrator", "manager")
@shows_people
@figures.arguments(RowsQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_class_rows(query: Mapping[str, Any], class_id: UUID) -> Page[dict[str, Any]]:
    """List the enrolments behind the figures of a class; each figure's are suppressed together with it."""
    return _rows("class", class_id, query)


@figures.route("/programmes/<uuid:programme_id>/figures")
@require("analyst", "administrator", "manager")
@figures.arguments(FiguresQuery, location="query")
@figures.response(200, ProgrammeFiguresSchema)
@figures.also("CONFLICT")
def show_programme(query: Mapping[str, Any], programme_id: UUID) -> dict[str, Any]:
    """Show a programme's figures in the caller's city, or a manager's units, by the same display rule."""
    return _shown("programme", programme_id, query)


@figures.route("/programmes/<uuid:programme_id>/figures/rows")
@require("analyst", "administrator", "manager")
@shows_people
@figures.arguments(RowsQuery, location="query")
@figures.response(200, page_of(FigureRowSchema))
@figures.also("CONFLICT")
def list_programme_rows(query: Mapping[str, Any], programme_id: UUID) -> Page[dict[str, Any]]:
    """List the enrolments behind a programme's figures; each figure's are suppressed together with it."""
    return _rows("programme", programme_id, query)


def _shown(kind: Kind, identity: UUID, query: Mapping[str, Any]) -> dict[str, Any]:
    return shape_of(_figures(kind, identity, query), unit=query["unit"])


def _rows(kind: Kind, identity: UUID, query: Mapping[str, Any]) -> Page[dict[str, Any]]:
    door, found = query["of"], _figures(kind, identity, query)
    rows = rows_behind(found, door)
    listed = page(session(), rows, by=(FigureRow.enrolment,), limit=query["limit"], after=query["after"])
    note_access(*(row.person for row in listed.items))
    return Page(told_behind(found, door, listed.items), listed.next)


def _figures(kind: Kind, identity: UUID, query: Mapping[str, Any]) -> Figures:
    subject = _subject(kind, identity)
    if query["unit"] is not None:
        subject = narrowed(session(), subject, query["unit"])
    return figures_of(session(), subject, today=today_in(session(), subject.tenant))


def _subject(kind: Kind, identity: UUID) -> Subject:
    """Narrow what is measured to what the caller may see: a manager's figures are those of the managed units."""
    who = caller()
    managed = who.units("manager")
    if who.holds("analyst", "administrator") or None in managed:
        return Subject(tenant=who.tenant, kind=kind, id=identity)
    return Subject(tenant=who.tenant, kind=kind, id=identity, units=frozenset(unit for unit in managed if unit))
