"""What identity says: which tenants, units, jobs and people there are, and who holds which post."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.base import Event


@dataclass(frozen=True, kw_only=True)
class TenantDefined(Event, type="wiyata.identity.tenant.defined.v1", about="tenant"):
    """A city or a provider exists, with its IANA zone."""

    kind: Literal["city", "provider"]
    zone: str


@dataclass(frozen=True, kw_only=True)
class UnitDefined(Event, type="wiyata.identity.unit.defined.v1", about="unit"):
    """A unit stands below its parent from a day on."""

    unit: UUID
    parent: UUID | None
    unit_type: str
    name: str
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class JobDefined(Event, type="wiyata.identity.job.defined.v1", about="job"):
    """A job of the city, by its code."""

    job: str
    position_type: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post held: a job in a unit. `valid_to` is the last day, or None while it lasts."""

    id: UUID
    unit: UUID
    job: str
    primary: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class PersonAssigned(Event, type="wiyata.identity.person.assigned.v1", about="person", key="person"):
    """The whole state of a person's employment and posts, said whenever any of it changes.

    The staff of a provider are no civil servants: they have no employment type, and no posts.
    """

    person: UUID
    employment_type: Literal["PNS", "PPPK"] | None
    contract_start: date | None
    posts: tuple[Post, ...]


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event, type="wiyata.identity.person.erased.v1", about="person", key="person", clears_line=True):
    """Nothing of this person may be kept but ids that lead nowhere; nothing said of them later brings it back."""

    person: UUID
