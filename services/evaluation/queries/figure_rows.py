"""The rows behind a figure: of each enrolment, what that figure takes of it and no more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from services.evaluation.model.evidence import MICRO
from services.evaluation.model.tables import FigureRow, LevelsGained
from services.evaluation.queries.figures import Door, Figures
from services.evaluation.queries.passes import best_scores, required_tests

Told = dict[str, Any]

_ALWAYS = ("enrolment", "person", "course", "course_version", "class_", "programme", "unit", "enrolled_event")

_TOLD: Mapping[Door, Sequence[str]] = {
    "enrolments": ("started_on", "state"),
    "completion": ("state", "closed_for", "closed_on", "closed_event", "completed_on", "completed_event", "revision"),
    "hours": ("completed_on", "completed_event", "revision", "minutes"),
    "time": ("started_on", "completed_on", "completed_event", "revision", "days"),
    "passing": (),
    "gain": ("completed_on", "completed_event", "revision", "pre", "post"),
    "levels": ("completed_on", "completed_event", "revision"),
}


def told_behind(figures: Figures, door: Door, rows: Sequence[FigureRow]) -> list[Told]:
    """Tell of some enrolments what stands behind one figure, in their order."""
    told = [{name: getattr(row, name) for name in (*_ALWAYS, *_TOLD[door])} for row in rows]
    if door == "passing":
        tests = _post_tests(figures.session, figures.subject.tenant, rows)
        return [one | {"post_tests": tests[one["enrolment"]]} for one in told]
    if door == "levels":
        gained = _levels(figures, rows)
        return [one | {"levels": gained[one["enrolment"]]} for one in told]
    return told


def _post_tests(session: Session, tenant: UUID, rows: Sequence[FigureRow]) -> Mapping[UUID, list[Told]]:
    """Give the post-tests that each enrolment has to pass, with the best score in each."""
    here = and_(FigureRow.tenant == tenant, FigureRow.enrolment.in_([row.enrolment for row in rows]))
    required = required_tests(session, here)
    scores = best_scores(session, tenant, [row.enrolment for row in rows])
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    for row in rows:
        for test in required:
            if (test.course, test.version) == (row.course, row.course_version):
                best = scores.get((row.enrolment, test.assessment))
                passed = best is not None and best >= test.minimum
                told = {"assessment": test.assessment, "minimum": test.minimum, "best": best, "passed": passed}
                found[row.enrolment].append(told)
    return found


def _levels(figures: Figures, rows: Sequence[FigureRow]) -> Mapping[UUID, list[Told]]:
    """Give the levels gained by each enrolment, of the competencies whose figure is not suppressed."""
    open_ones = [one.competency for one in figures.levels if one.display != "suppressed"]
    wanted = select(LevelsGained).where(
        LevelsGained.tenant == figures.subject.tenant,
        LevelsGained.enrolment.in_([row.enrolment for row in rows]),
        LevelsGained.competency.in_(open_ones),
    )
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    for one in figures.session.scalars(wanted.order_by(LevelsGained.competency)):
        found[one.enrolment].append({"competency": one.competency, "gained": one.gained / MICRO})
    return found
