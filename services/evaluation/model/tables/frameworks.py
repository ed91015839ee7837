"""Competency frameworks: which competencies a tenant speaks of, in immutable dated versions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.evaluation.model.tables.base import Base
from shared.database import TenantOwned
from shared.errors import Conflict, Invalid
from shared.ids import new_id


class VersionBeginsTooEarly(Conflict):
    """A new version of a framework or a standard can't begin before the version that it follows."""


class FrameworkIsEmpty(Invalid):
    """A framework needs at least one competency."""


class FrameworkCompetency(TenantOwned, Base, kind="record"):
    """A competency of one version of a framework."""

    __tablename__ = "framework_competencies"
    __table_args__ = (ForeignKeyConstraint(["tenant", "version"], ["frameworks.tenant", "frameworks.version"]),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[int]


class Framework(TenantOwned, Base, kind="record"):
    """A version of a tenant's framework; `id` is the framework's, the same in every version."""

    __tablename__ = "frameworks"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    valid_from: Mapped[date] = mapped_column(Date)
    competencies: Mapped[list[FrameworkCompetency]] = relationship(order_by=FrameworkCompetency.place, lazy="selectin")

    @classmethod
    def following(
        cls,
        newest: "Framework | None",
        *,
        tenant: UUID,
        valid_from: date,
        competencies: Mapping[str, str],
        identity: UUID | None = None,
    ) -> Self:
        """Make the version that follows the newest one; `competencies` names each by its code, in order.

        A first version gets an id of its own, or the `identity` that is given.

        Raises `FrameworkIsEmpty`, and `VersionBeginsTooEarly` for a day before the newest version's.
        """
        if not competencies:
            raise FrameworkIsEmpty("A framework needs at least one competency.")
        if newest is not None and valid_from < newest.valid_from:
            raise VersionBeginsTooEarly(
                f"Version {newest.version} begins on {newest.valid_from}; the next one can't begin before it.",
                newest=newest.valid_from,
            )
        version = 1 if newest is None else newest.version + 1
        return cls(
            tenant=tenant,
            version=version,
            id=(identity or new_id()) if newest is None else newest.id,
            valid_from=valid_from,
            competencies=[
                FrameworkCompetency(tenant=tenant, version=version, code=code, name=name, place=place)
                for place, (code, name) in enumerate(competencies.items(), start=1)
            ],
        )

    @property
    def names(self) -> dict[str, str]:
        """Give the names of the competencies by code."""
        return {one.code: one.name for one in self.competencies}


def framework_on(versions: Sequence[Framework], day: date) -> Framework | None:
    """Pick the version in force on a day: the newest of those that begin last."""
    begun = [one for one in versions if one.valid_from <= day]
    return max(begun, key=lambda one: (one.valid_from, one.version), default=None)
