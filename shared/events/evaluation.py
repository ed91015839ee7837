"""What evaluation says: which competencies there are, and whose level changed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.events.base import Event


@dataclass(frozen=True, kw_only=True)
class Competency:
    """A competency of a framework."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FrameworkPublished(Event, type="wiyata.evaluation.framework.published.v1", about="framework"):
    """A version of the tenant's competency framework is in force from a day on."""

    framework: UUID
    version: int
    valid_from: date
    competencies: tuple[Competency, ...]


@dataclass(frozen=True, kw_only=True)
class CompetencyLevelChanged(Event, type="wiyata.evaluation.competency.level.changed.v1", about="person", key="person"):
    """A person's level changed because of an event, `cause`; None stands for "not assessed"."""

    person: UUID
    competency: str
    from_: int | None
    to: int | None
    cause: UUID
