"""Frameworks and job standards, and which of them is in force on a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Framework, Job, JobStandard
from services.evaluation.model.tables.frameworks import framework_on
from shared.errors import NotFound
from shared.ids import NATIONAL


class FrameworkNotFound(NotFound):
    """There is no such version of the framework."""


def frameworks_of(tenant: UUID) -> Select[Framework]:
    """Give the query of the versions of a tenant's framework and of the national one."""
    return select(Framework).where(Framework.tenant.in_((tenant, NATIONAL)))


def framework(session: Session, tenant: UUID, version: int) -> Framework:
    """Give a version of a tenant's framework. Raises `FrameworkNotFound`."""
    found = session.get(Framework, (tenant, version))
    if found is None:
        raise FrameworkNotFound(f"The framework has no version {version}.", version=version)
    return found


def competency_names(session: Session, tenant: UUID, day: date) -> dict[str, str]:
    """Give the names of the competencies in force on a day, the national ones and a tenant's own, by code."""
    versions = session.scalars(frameworks_of(tenant)).all()
    names: dict[str, str] = {}
    for owner in (NATIONAL, tenant):
        in_force = framework_on([one for one in versions if one.tenant == owner], day)
        names |= in_force.names if in_force else {}
    return names


def job_standards_of(tenant: UUID, job: str | None = None) -> Select[JobStandard]:
    """Give the query of all versions of a tenant's job standards, or of one job's."""
    wanted = select(JobStandard).where(JobStandard.tenant == tenant)
    return wanted if job is None else wanted.where(JobStandard.job == job)


def standard_on(session: Session, tenant: UUID, job: str, day: date) -> JobStandard | None:
    """Give the version of a job's standard in force on a day."""
    wanted = job_standards_of(tenant, job).where(JobStandard.valid_from <= day)
    return session.scalar(wanted.order_by(JobStandard.valid_from.desc(), JobStandard.version.desc()).limit(1))


def job_name(session: Session, tenant: UUID, job: str) -> str | None:
    """Give the name of a job by its code."""
    return session.scalar(select(Job.name).where(Job.tenant == tenant, Job.job == job))
