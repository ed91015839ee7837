"""Clients: machines of a tenant, and sites that sign people in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import Client, Tenant
from services.identity.model.clients import MachineRole
from shared import audit
from shared.errors import Invalid
from shared.ids import NATIONAL


class NoSuchTenant(Invalid):
    """A machine belongs to a city or a provider that exists."""


def add_machine(
    session: Session, *, name: str, tenant_code: str | None, roles: Sequence[MachineRole], at: datetime
) -> tuple[str, Client]:
    """Register a machine of a tenant, or without a code one of the platform. Gives its secret and the client.

    Raises `NoSuchTenant` or `RoleNotForClient`.
    """
    tenant = NATIONAL
    if tenant_code is not None:
        found = session.scalar(select(Tenant.id).where(Tenant.code == tenant_code))
        if found is None:
            raise NoSuchTenant(
                f"There is no city or provider {tenant_code}; `cities add` or `providers add` makes one.",
                code=tenant_code,
            )
        tenant = found
    secret, client = Client.machine(name=name, tenant=tenant, roles=roles, at=at)
    session.add(client)
    audit.note(session, act="machine.added", subject=f"client/{client.id}", tenant=tenant, roles=" ".join(roles))
    return secret, client


def add_site(
    session: Session, *, name: str, redirect_uris: Sequence[str], has_secret: bool, at: datetime
) -> tuple[str | None, Client]:
    """Register a site. Gives its secret, None when it can't keep one, and the client. Raises `RedirectNotSafe`."""
    secret, client = Client.site(name=name, redirect_uris=redirect_uris, has_secret=has_secret, at=at)
    session.add(client)
    return secret, client
