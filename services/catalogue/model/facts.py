"""What other services said and the catalogue keeps: tenants, competencies, assessments, people, measured gains."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Date, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from services.catalogue.model.readers import is_asked_in_offered_version
from shared.database import TenantOwned


class KnownTenant(TenantOwned, Base, kind="projection"):
    """A city or a provider, and the IANA zone in which its days are cut."""

    __tablename__ = "known_tenants"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    zone: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:  # noqa: ARG003  # It is no secret.
        """Let everybody know which tenants there are: each of them may be offered a course."""
        return true()


class Competency(TenantOwned, Base, kind="projection"):
    """A competency of one version of a framework, which is in force from a day on. Rows are only added."""

    __tablename__ = "competencies"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    framework: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    valid_from: Mapped[date] = mapped_column(Date)


class KnownAssessment(TenantOwned, Base, kind="projection"):
    """The newest version of an assessment. `competencies` are objects with `competency` and `level`."""

    __tablename__ = "known_assessments"
    __table_args__ = (Index("ix_known_assessments_code", "tenant", "code"),)

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    assessment: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    code: Mapped[str]
    role: Mapped[str]
    competencies: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sequence: Mapped[int]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it to whom a course that asks it is open."""
        return is_asked_in_offered_version(cls.assessment, tenant)


class KnownPerson(TenantOwned, Base, kind="projection"):
    """A person of the tenant: only such a one can be a trainer of its courses. Who was erased never comes back."""

    __tablename__ = "known_people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    erased: Mapped[bool]
    sequence: Mapped[int]
