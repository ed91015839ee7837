"""What other services said and the catalogue keeps to decide by: competencies, assessments, people."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.catalogue.model.base import Base
from shared.database import TenantOwned


class Competency(TenantOwned, Base, kind="projection"):
    """A competency of one version of a framework. Rows are only added; the newest version is the one in force."""

    __tablename__ = "competencies"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    framework: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


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


class KnownPerson(TenantOwned, Base, kind="projection"):
    """A person of the tenant: only such a one can be a trainer of its courses."""

    __tablename__ = "known_people"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int]
