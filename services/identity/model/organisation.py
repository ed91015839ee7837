"""Tenants with their zone, the unit tree of a tenant, and its jobs."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.database import TenantOwned
from shared.errors import Invalid
from shared.ids import new_id

TenantKind = Literal["city", "provider"]

LONGEST_NAME = 200

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class UnknownZone(Invalid):
    """A tenant needs an IANA time zone, because its days and years are cut there."""


class TenantCodeNotUsable(Invalid):
    """A tenant's code is typed on command lines and stands in file names."""


class TenantNameMissing(Invalid):
    """People read the name of their city or provider on pages, sheets and mails."""


class UnitsFormRing(Invalid):
    """A unit can't stand below itself."""


class Tenant(Base, kind="record"):
    """A city, or a provider of learning such as a university."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(60))

    @classmethod
    def define(cls, *, kind: TenantKind, code: str, name: str, zone: str) -> Self:
        """Make a tenant. Raises `TenantCodeNotUsable`, `TenantNameMissing` or `UnknownZone`."""
        if not _CODE.fullmatch(code):
            raise TenantCodeNotUsable(
                "A code has 1 to 40 letters, digits and . _ -, and begins with a letter or a digit."
            )
        if not name.strip() or len(name) > LONGEST_NAME:
            raise TenantNameMissing(f"Give the name in 1 to {LONGEST_NAME} characters.")
        if zone not in available_timezones():
            raise UnknownZone(f"{zone} is no IANA time zone; write one like Asia/Jakarta.", zone=zone)
        return cls(id=new_id(), kind=kind, code=code, name=name, zone=ZoneInfo(zone).key)


class Unit(TenantOwned, Base, kind="record"):
    """A unit of a tenant (dinas, bidang, ...) below its parent, or at the top."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("tenant", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    unit_type: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    valid_from: Mapped[date] = mapped_column(Date)

    def redefine(self, *, name: str, unit_type: str, parent_id: UUID | None, since: date) -> bool:
        """Give the unit this name, type and place from a day on; tell whether anything changed."""
        if (self.name, self.unit_type, self.parent_id) == (name, unit_type, parent_id):
            return False
        self.name, self.unit_type, self.parent_id, self.valid_from = name, unit_type, parent_id, since
        return True


class Job(TenantOwned, Base, kind="record"):
    """A job (jabatan) of a tenant, by its code, with its position type of UU 20/2023."""

    __tablename__ = "jobs"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    position_type: Mapped[str] = mapped_column(String(40))

    def redefine(self, *, name: str, position_type: str) -> bool:
        """Give the job this name and type; tell whether anything changed."""
        if (self.name, self.position_type) == (name, position_type):
            return False
        self.name, self.position_type = name, position_type
        return True


def units_below(top: Iterable[UUID], parents: Mapping[UUID, UUID | None]) -> set[UUID]:
    """Give the units that stand in or below any unit of `top`; `parents` names the parent of every unit."""
    inside = set(top)
    children: dict[UUID | None, list[UUID]] = {}
    for unit, parent in parents.items():
        children.setdefault(parent, []).append(unit)
    waiting = list(inside)
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), []) if child not in inside]
        inside.update(fresh)
        waiting.extend(fresh)
    return inside


def ring_in(parents: Mapping[str, str | None]) -> list[str] | None:
    """Give the codes of a ring of units, its first one repeated at the end, or None when the tree is one."""
    sound: set[str] = set()
    for start in parents:
        path: list[str] = []
        code: str | None = start
        while code is not None and code not in sound:
            if code in path:
                return [*path[path.index(code) :], code]
            path.append(code)
            code = parents.get(code)
        sound.update(path)
    return None
