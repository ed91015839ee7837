"""Who passed: the best attempt of each enrolment at the post-tests that its version requires."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, BigInteger, ColumnElement, Subquery, Uuid, and_, case, column, func, select, values
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Course, FigureRow, PostTest


@dataclass(frozen=True)
class Passes:
    """How many handed in a post-test that must be passed, how many of them passed all, and the newest mark's time."""

    handed_in: int
    passed: int
    as_of: datetime | None


@dataclass(frozen=True)
class RequiredTest:
    """A post-test that learners of a version have to pass, with its minimum in basis points."""

    course: UUID
    version: int
    assessment: UUID
    minimum: int


def passes(session: Session, here: ColumnElement[bool]) -> Passes:
    """Count in some enrolments who passed the post-tests that their version requires, by the best attempt at each."""
    each = judged(session, here)
    counted = select(func.count(), func.coalesce(func.sum(each.c.passed), 0)).where(each.c.handed_in > 0)
    handed_in, passed = session.execute(counted).one()
    newest = select(func.max(PostTest.as_of)).where(_of_row).correlate(FigureRow).scalar_subquery()
    return Passes(handed_in, int(passed), session.scalar(select(func.max(newest)).select_from(FigureRow).where(here)))


def judged(session: Session, here: ColumnElement[bool]) -> Subquery:
    """Give for each enrolment how many required post-tests were handed in, and 1 as `passed` if all were passed."""
    test = _as_table(required_tests(session, here))
    asked = and_(test.c.course == FigureRow.course, test.c.version == FigureRow.course_version)
    # Asked for each row, because a join would read every attempt of the city where a database keeps no statistics.
    tries = and_(_of_row, PostTest.assessment == test.c.assessment, ~PostTest.annulled)
    best = select(func.max(PostTest.score)).where(tries).correlate(FigureRow, test).scalar_subquery()
    met = case((best >= test.c.minimum, 1), else_=0)
    each = select(FigureRow.enrolment, best.label("best"), met.label("met")).join(test, asked).where(here).subquery()
    judged_so = func.count(each.c.best).label("handed_in"), func.min(each.c.met).label("passed")
    return select(each.c.enrolment, *judged_so).group_by(each.c.enrolment).subquery()


def best_scores(session: Session, tenant: UUID, enrolments: Collection[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Give the best score of some enrolments in each post-test, by enrolment and assessment; annulled ones left out."""
    counts = and_(~PostTest.annulled, PostTest.assessment.is_not(None), PostTest.score.is_not(None))
    best = select(PostTest.enrolment, PostTest.assessment, func.max(PostTest.score))
    best = best.where(PostTest.tenant == tenant, PostTest.enrolment.in_(enrolments), counts)
    rows = session.execute(best.group_by(PostTest.enrolment, PostTest.assessment)).all()
    return {(row[0], row[1]): row[2] for row in rows if row[1] is not None and row[2] is not None}


def required_tests(session: Session, enrolments: ColumnElement[bool]) -> list[RequiredTest]:
    """Give the post-tests that must be passed in the versions begun, as far as the versions have arrived here."""
    begun = select(FigureRow.course, FigureRow.course_version).where(enrolments).distinct().subquery()
    same = and_(begun.c.course == Course.course, begun.c.course_version == Course.version)
    versions = session.execute(select(Course.course, Course.version, Course.post_tests).join(begun, same))
    return [
        RequiredTest(row.course, row.version, UUID(one["assessment"]), one["minimum"])
        for row in versions
        for one in row.post_tests
    ]


_of_row = and_(PostTest.tenant == FigureRow.tenant, PostTest.enrolment == FigureRow.enrolment)


def _as_table(required: Sequence[RequiredTest]) -> CTE:
    """Give the tests as a table; SQL knows none without rows, so one that no enrolment has stands for none."""
    named = (column("course", Uuid()), column("version", BigInteger()), column("assessment", Uuid()))
    table = values(*named, column("minimum", BigInteger()), name="required_tests")
    return table.data([astuple(one) for one in required or [_NO_TEST]]).cte()


_NO_TEST = RequiredTest(UUID(int=0), 0, UUID(int=0), 0)
