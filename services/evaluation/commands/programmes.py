"""Saying how much the people of a city gained in a course, once for each change of what may be shown."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.evaluation.model.figures import MeasuredGain, measured_gain
from services.evaluation.model.rule_sets import RuleSet, in_force
from services.evaluation.model.tables import AnnouncedFigure, Course, CourseFigure, Zone
from services.evaluation.reference import national_rule_sets
from shared import clock
from shared.database import put
from shared.events.evaluation import ProgrammeMeasured
from shared.messaging import outbox

SUMS = ("pairs", "pre", "post", "pre_squared", "post_squared", "pre_times_post")
"""The columns on which a gain rests."""

NOTHING_SAID = MeasuredGain("suppressed")
"""What is known of a course before anything was said of it."""


@dataclass(frozen=True)
class _Measured:
    """A course's sums in a city, what they show under the rule set in force there, and what was said before."""

    sums: CourseFigure
    rule_set: RuleSet
    now: MeasuredGain
    before: MeasuredGain


def announce_programmes(session: Session) -> None:
    """Say of each course in each city what may be shown of its gain, where that differs from what was said last.

    A timer calls it, so that a course is spoken of at most once in the timer's time. Courses and cities of which
    nothing has arrived here wait for the next time.
    """
    at = clock.now()
    changed = [one for one in _measured(session, at) if one.now != one.before]
    programmes = _programmes(session, {one.sums.course for one in changed})
    told = [one for one in changed if one.sums.course in programmes]
    put(session, AnnouncedFigure, [_announced(one) for one in told])
    outbox.append(session, *(_said(one, programmes[one.sums.course], at) for one in told))


def _measured(session: Session, at: datetime) -> Iterable[_Measured]:
    zones = session.execute(select(Zone.tenant, Zone.zone))
    rule_sets = {row.tenant: in_force(national_rule_sets(), clock.local_day(at, row.zone)) for row in zones}
    known = {rule_set.code: rule_set for rule_set in national_rule_sets()}
    for sums, last in _moved(session, {rule_set.code for rule_set in rule_sets.values()}):
        rule_set = rule_sets.get(sums.tenant)
        if rule_set is not None:
            before = measured_gain(last.sums, known[last.rule_set].display) if last else NOTHING_SAID
            yield _Measured(sums, rule_set, measured_gain(sums.sums, rule_set.display), before)


def _moved(session: Session, rule_sets: Collection[str]) -> Iterable[tuple[CourseFigure, AnnouncedFigure | None]]:
    """Give the sums that are not those of which was spoken last, or not by a rule set that is in force somewhere."""
    here, said = CourseFigure, AnnouncedFigure
    same = and_(said.tenant == here.tenant, said.course == here.course)
    moved = or_(
        said.course.is_(None),
        said.rule_set.not_in(rule_sets),
        *(getattr(said, name) != getattr(here, name) for name in SUMS),
    )
    wanted = select(here, said).outerjoin(said, same).where(moved).order_by(here.tenant, here.course)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _programmes(session: Session, courses: Collection[UUID]) -> dict[UUID, UUID]:
    """Give the programme of each course by its newest version, as far as one has arrived."""
    wanted = select(Course.course, Course.programme).where(Course.course.in_(sorted(courses)))
    return {row.course: row.programme for row in session.execute(wanted.order_by(Course.version))}


def _announced(one: _Measured) -> Mapping[str, Any]:
    sums = {name: getattr(one.sums, name) for name in SUMS}
    return {"tenant": one.sums.tenant, "course": one.sums.course, "rule_set": one.rule_set.code, **sums}


def _said(one: _Measured, programme: UUID, at: datetime) -> ProgrammeMeasured:
    return ProgrammeMeasured(
        tenant=one.sums.tenant,
        time=at,
        course=one.sums.course,
        programme=programme,
        display=one.now.display,
        n=one.now.n,
        gain=one.now.gain,
        low=one.now.low,
        high=one.now.high,
        g=one.now.g,
        as_of=one.sums.as_of,
        rule_set=one.rule_set.code,
    )
