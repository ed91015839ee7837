"""Who passed: the best attempt of each enrolment at the post-tests that its version requires."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, BigInteger, ColumnElement, Subquery, Uuid, and_, case, column, func, select, values
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Course, FigureRow, PostTest
from services.evaluation.queries.subjects import Subject, within


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


def passes(session: Session, subject: Subject) -> Passes:
    """Count who passed the post-tests that their version requires, by the best attempt at each."""
    each = judged(session, subject)
    counted = select(func.count(), func.coalesce(func.sum(each.c.passed), 0)).where(each.c.handed_in > 0)
    handed_in, passed = session.execute(counted).one()
    best = best_attempts(within(session, subject))
    return Passes(handed_in, int(passed), session.scalar(select(func.max(best.c.as_of))))


def judged(session: Session, subject: Subject) -> Subquery:
    """Give for each enrolment how many required post-tests were handed in, and 1 as `passed` if all were passed."""
    here = within(session, subject)
    best, test = best_attempts(here), _as_table(required_tests(session, here))
    met = and_(best.c.score.is_not(None), best.c.score >= test.c.minimum)
    asked = and_(test.c.course == FigureRow.course, test.c.version == FigureRow.course_version)
    tried = and_(best.c.enrolment == FigureRow.enrolment, best.c.assessment == test.c.assessment)
    handed_in, passed = func.count(best.c.score).label("handed_in"), func.min(case((met, 1), else_=0)).label("passed")
    each = select(FigureRow.enrolment, handed_in, passed).select_from(FigureRow).join(test, asked)
    return each.outerjoin(best, tried).where(here).group_by(FigureRow.enrolment).subquery()


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


def best_attempts(enrolments: ColumnElement[bool]) -> Subquery:
    """Give the best score of each enrolment in each post-test; None where every attempt was annulled."""
    score = case((PostTest.annulled, None), else_=PostTest.score)
    same = and_(PostTest.tenant == FigureRow.tenant, PostTest.enrolment == FigureRow.enrolment)
    best, newest = func.max(score).label("score"), func.max(PostTest.as_of).label("as_of")
    tried = select(PostTest.enrolment, PostTest.assessment, best, newest).select_from(FigureRow)
    return tried.join(PostTest, same).where(enrolments).group_by(PostTest.enrolment, PostTest.assessment).subquery()


def _as_table(required: Sequence[RequiredTest]) -> CTE:
    """Give the tests as a table; SQL knows none without rows, so one that no enrolment has stands for none."""
    named = (column("course", Uuid()), column("version", BigInteger()), column("assessment", Uuid()))
    table = values(*named, column("minimum", BigInteger()), name="required_tests")
    return table.data([astuple(one) for one in required or [_NO_TEST]]).cte()


_NO_TEST = RequiredTest(UUID(int=0), 0, UUID(int=0), 0)
