"""What figures can be asked of: a course, a class or a programme, in a city or in some of its units."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.evaluation.model.tables import FigureRow
from services.evaluation.queries.people import units_from
from shared.errors import Forbidden

Kind = Literal["course", "class", "programme"]


class UnitIsNotManaged(Forbidden):
    """Managers see the figures of their units and of the units below."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured in a city: a course, a class or a programme.

    With `units`, only those who worked in them or below when they enrolled are counted, as stamped on the events.
    """

    tenant: UUID
    kind: Kind
    id: UUID
    units: frozenset[UUID] | None = None


def narrowed(session: Session, subject: Subject, unit: UUID) -> Subject:
    """Narrow a subject to one unit and the units below. Raises `UnitIsNotManaged`."""
    if subject.units is not None and unit not in units_from(session, subject.tenant, subject.units):
        raise UnitIsNotManaged("You manage neither this unit nor one above it.", unit=unit)
    return replace(subject, units=frozenset({unit}))


def is_of(subject: Subject) -> ColumnElement[bool]:
    """Tell the enrolments of a subject in the whole city."""
    return and_(FigureRow.tenant == subject.tenant, _COLUMNS[subject.kind] == subject.id)


def within(session: Session, subject: Subject) -> ColumnElement[bool]:
    """Tell the enrolments that count for a subject."""
    if subject.units is None:
        return is_of(subject)
    return and_(is_of(subject), FigureRow.unit.in_(units_from(session, subject.tenant, subject.units)))


def has_enrolments(session: Session, subject: Subject) -> bool:
    """Tell whether anything about an enrolment of a subject has arrived, in whatever unit."""
    return bool(session.scalar(select(exists().where(is_of(subject)))))


_COLUMNS: dict[Kind, InstrumentedAttribute[UUID]] = {
    "course": FigureRow.course,
    "class": FigureRow.class_,
    "programme": FigureRow.programme,
}
