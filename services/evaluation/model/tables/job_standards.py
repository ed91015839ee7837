"""Job standards (standar kompetensi jabatan, SKJ): the levels that a job asks for, in immutable dated versions."""

from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.evaluation.model.gaps import Requirement
from services.evaluation.model.tables.base import Base
from services.evaluation.model.tables.frameworks import VersionBeginsTooEarly
from shared.database import TenantOwned
from shared.errors import NotYetKnown
from shared.ids import new_id


class JobIsNotYetKnown(NotYetKnown):
    """No fact about this job has arrived from identity."""


class JobRequirement(TenantOwned, Base, kind="record"):
    """A level (1 to 5) of a competency that one version of a job's standard asks for, perhaps as critical for it."""

    __tablename__ = "job_requirements"

    standard: Mapped[UUID] = mapped_column(ForeignKey("job_standards.id"), primary_key=True)
    competency: Mapped[str] = mapped_column(String(40), primary_key=True)
    level: Mapped[int]
    critical: Mapped[bool]


class JobStandard(TenantOwned, Base, kind="record"):
    """A version of the standard of one job."""

    __tablename__ = "job_standards"
    __table_args__ = (UniqueConstraint("tenant", "job", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    requirements: Mapped[list[JobRequirement]] = relationship(order_by=JobRequirement.competency, lazy="selectin")

    @classmethod
    def following(
        cls, newest: "JobStandard | None", *, tenant: UUID, job: str, valid_from: date, asked: Iterable[Requirement]
    ) -> Self:
        """Make the version that follows the newest one, with what is asked for.

        Raises `VersionBeginsTooEarly` for a day before the newest version's.
        """
        if newest is not None and valid_from < newest.valid_from:
            raise VersionBeginsTooEarly(
                f"The standard of {job} has a version from {newest.valid_from} on; the next can't begin before it.",
                job=job,
                newest=newest.valid_from,
            )
        identity = new_id()
        return cls(
            id=identity,
            tenant=tenant,
            job=job,
            version=1 if newest is None else newest.version + 1,
            valid_from=valid_from,
            requirements=[
                JobRequirement(
                    tenant=tenant, standard=identity, competency=one.competency, level=one.level, critical=one.critical
                )
                for one in sorted(asked, key=lambda one: one.competency)
            ],
        )

    def asked(self) -> list[Requirement]:
        """Give the requirements as gaps are measured against them, by competency."""
        return [Requirement(one.competency, one.level, one.critical) for one in self.requirements]
