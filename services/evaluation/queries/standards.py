"""Rule sets, frameworks and job standards, and which of them is in force on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model.tables import Framework, FrameworkCompetency, Job, JobStandard
from services.evaluation.model.tables.frameworks import framework_on
from services.evaluation.reference import national_payloads
from shared.errors import NotFound
from shared.ids import NATIONAL


class FrameworkNotFound(NotFound):
    """There is no such version of the framework."""


class RuleSetNotFound(NotFound):
    """There is no rule set with this code."""


@dataclass(frozen=True, kw_only=True)
class RuleSetShown:
    """A rule set as it was written: every number of `payload` stands beside its source."""

    code: str
    valid_from: date
    source: str
    payload: Mapping[str, Any]


@cache
def rule_sets() -> tuple[RuleSetShown, ...]:
    """Give the national rule sets, oldest first; they never change while a process runs."""
    shown = [_shown(payload) for payload in national_payloads()]
    return tuple(sorted(shown, key=lambda one: one.valid_from))


def rule_set(code: str) -> RuleSetShown:
    """Give a rule set by its code. Raises `RuleSetNotFound`."""
    for one in rule_sets():
        if one.code == code:
            return one
    raise RuleSetNotFound("There is no rule set with this code.", code=code[:40])


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


def competencies_ever(session: Session, tenant: UUID) -> set[str]:
    """Name the competencies of every version of the national framework and of a tenant's own.

    Evidence may be older than the version in force, or speak of a competency that a later version left out.
    """
    wanted = select(FrameworkCompetency.code).where(FrameworkCompetency.tenant.in_((tenant, NATIONAL))).distinct()
    return set(session.scalars(wanted))


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


def _shown(payload: Mapping[str, Any]) -> RuleSetShown:
    named = {"code", "valid_from", "source"}
    numbers = {key: value for key, value in payload.items() if key not in named}
    return RuleSetShown(
        code=payload["code"], valid_from=payload["valid_from"], source=payload["source"], payload=numbers
    )
