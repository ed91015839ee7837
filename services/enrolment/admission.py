"""Whose enrolments a caller may see, and whose they may end; what they may not see does not exist for them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.enrolment.model import Class, CourseVersion, Enrolment, Post, Tenant
from services.enrolment.model.enrolments import EnrolmentNotFound, day_in
from services.enrolment.oversight import oversees, units_below
from services.enrolment.queries import trains
from shared.web.caller import Caller


def enrolment_seen_by(session: Session, who: Caller, enrolment_id: UUID) -> Enrolment:
    """Give an enrolment to its learner, a manager of theirs, an administrator, or a trainer of its class or course.

    Raises `EnrolmentNotFound` for any other person too, so that nobody learns which ids exist.
    """
    enrolment = session.scalar(select(Enrolment).where(Enrolment.tenant == who.tenant, Enrolment.id == enrolment_id))
    if enrolment is not None and (
        _steers(session, who, enrolment) or (who.holds("trainer") and trains(session, who.id, enrolment))
    ):
        return enrolment
    raise EnrolmentNotFound("There is no such enrolment.")


def enrolment_steered_by(session: Session, who: Caller, enrolment_id: UUID) -> Enrolment:
    """Give an enrolment to its learner, a manager of theirs or an administrator. Raises `EnrolmentNotFound`."""
    enrolment = session.scalar(select(Enrolment).where(Enrolment.tenant == who.tenant, Enrolment.id == enrolment_id))
    if enrolment is None or not _steers(session, who, enrolment):
        raise EnrolmentNotFound("There is no such enrolment.")
    return enrolment


def enrolments_seen_by(
    session: Session,
    who: Caller,
    *,
    unit: UUID | None,
    class_: UUID | None,
    person: UUID | None,
    state: str | None,
    at: datetime,
) -> Select[Enrolment]:
    """Give the query of the enrolments that a caller may see, of those who work in or below `unit` today, and so on.

    Raises `TenantNotYetKnown` where nobody knows what day it is in the city.
    """
    day = day_in(session.scalar(select(Tenant.zone).where(Tenant.tenant == who.tenant)), at)
    wanted = select(Enrolment).where(Enrolment.tenant == who.tenant, _seen(session, who, day))
    if unit is not None:
        wanted = wanted.where(_works_in(who.tenant, units_below(session, who.tenant, {unit}), day))
    for column, value in ((Enrolment.class_id, class_), (Enrolment.person, person), (Enrolment.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    return wanted


def _steers(session: Session, who: Caller, enrolment: Enrolment) -> bool:
    own = who.holds("learner") and enrolment.person == who.id
    return own or who.holds("administrator") or oversees(session, who, enrolment.person)


def _seen(session: Session, who: Caller, day: date) -> ColumnElement[bool]:
    managed = who.units("manager")
    if who.holds("administrator") or None in managed:
        return Enrolment.tenant == who.tenant
    seen: list[ColumnElement[bool]] = [false()]
    if managed:
        units = units_below(session, who.tenant, {unit for unit in managed if unit})
        seen.append(_works_in(who.tenant, units, day))
    if who.holds("trainer"):
        seen += [_in_class_trained_by(who), _in_course_trained_by(who)]
    return or_(*seen)


def _works_in(tenant: UUID, units: set[UUID], day: date) -> ColumnElement[bool]:
    holders = select(Post.person).where(
        Post.tenant == tenant,
        Post.unit.in_(units),
        Post.valid_from <= day,
        or_(Post.valid_to.is_(None), Post.valid_to >= day),
    )
    return Enrolment.person.in_(holders)


def _in_class_trained_by(who: Caller) -> ColumnElement[bool]:
    classes = select(Class.id).where(Class.tenant == who.tenant, _names(Class.trainers, who.id))
    return Enrolment.class_id.in_(classes)


def _in_course_trained_by(who: Caller) -> ColumnElement[bool]:
    """Tell in SQL whether the newest version of a course of the caller's own tenant names them."""
    other = aliased(CourseVersion)
    newest = select(func.max(other.version)).where(
        other.tenant == CourseVersion.tenant, other.course == CourseVersion.course
    )
    courses = select(CourseVersion.course).where(
        CourseVersion.tenant == who.tenant,
        CourseVersion.version == newest.scalar_subquery(),
        _names(CourseVersion.trainers, who.id),
    )
    return (Enrolment.provider == who.tenant) & Enrolment.course.in_(courses)


def _names(people: SQLColumnExpression[list[str]], person: UUID) -> ColumnElement[bool]:
    return cast(people, Text).contains(f'"{person}"')
