"""Rule sets, frameworks and job standards, and which of them is in force on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model.gaps import Requirement
from services.evaluation.model.national import NationalFramework, national_on
from services.evaluation.model.tables import Framework, FrameworkCompetency, Job, JobStandard
from services.evaluation.model.tables.frameworks import framework_on
from services.evaluation.reference import national_frameworks, national_payloads
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


@dataclass(frozen=True, kw_only=True)
class StandardInForce:
    """What a job asks for: a version of the city's standard, or the national `default`, which has no version."""

    version: int | None
    valid_from: date
    default: bool
    asked: list[Requirement]


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


def standard_on(session: Session, tenant: UUID, job: str, day: date) -> StandardInForce | None:
    """Give what a job asks for on a day: by the city's standard, or else by the national default of its position.

    None for a job whose position type has not arrived, or has no default.
    """
    wanted = job_standards_of(tenant, job).where(JobStandard.valid_from <= day)
    own = session.scalar(wanted.order_by(JobStandard.valid_from.desc(), JobStandard.version.desc()).limit(1))
    if own is not None:
        return StandardInForce(version=own.version, valid_from=own.valid_from, default=False, asked=own.asked())
    national = _published_on(session, day)
    position = session.scalar(select(Job.position_type).where(Job.tenant == tenant, Job.job == job))
    asked = national.asked_of(position) if national and position else []
    if not (national and asked):
        return None
    return StandardInForce(version=None, valid_from=national.valid_from, default=True, asked=asked)


def _published_on(session: Session, day: date) -> NationalFramework | None:
    """Give the national framework in force on a day, once it has been published here."""
    known = session.scalars(select(Framework.valid_from).where(Framework.tenant == NATIONAL)).all()
    return national_on([one for one in national_frameworks() if one.valid_from in known], day)


def job_name(session: Session, tenant: UUID, job: str) -> str | None:
    """Give the name of a job by its code."""
    return session.scalar(select(Job.name).where(Job.tenant == tenant, Job.job == job))


def _shown(payload: Mapping[str, Any]) -> RuleSetShown:
    named = {"code", "valid_from", "source"}
    numbers = {key: value for key, value in payload.items() if key not in named}
    return RuleSetShown(
        code=payload["code"], valid_from=payload["valid_from"], source=payload["source"], payload=numbers
    )
