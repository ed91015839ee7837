"""Tenants: cities and providers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import Tenant
from services.identity.model.organisation import TenantKind
from shared import audit
from shared.database import bind_tenant
from shared.errors import Conflict
from shared.events.identity import TenantDefined
from shared.messaging import outbox


class TenantCodeTaken(Conflict):
    """A tenant's code stands for one tenant of the platform, and its zone is not changed by defining it again."""


def define_tenant(session: Session, *, kind: TenantKind, code: str, name: str, zone: str) -> tuple[Tenant, bool]:
    """Define a city or a provider. Gives it, and whether it is new; the same one twice says no event.

    Raises `UnknownZone`, or `TenantCodeTaken` when the code stands for another kind of tenant or another zone.
    """
    fresh = Tenant.define(kind=kind, code=code, name=name, zone=zone)
    known = session.scalar(select(Tenant).where(Tenant.code == code))
    if known is not None:
        if (known.kind, known.zone) != (kind, fresh.zone):
            raise TenantCodeTaken(f"{code} is a {known.kind} in the zone {known.zone} already.", code=code)
        known.name = name
        return known, False
    session.add(fresh)
    bind_tenant(session, fresh.id)
    outbox.append(session, TenantDefined(tenant=fresh.id, kind=kind, zone=fresh.zone))
    audit.note(session, act="tenant.defined", subject=f"tenant/{fresh.id}", tenant=fresh.id, kind=kind, zone=fresh.zone)
    return fresh, True
