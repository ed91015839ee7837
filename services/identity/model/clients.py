"""Clients: programs that sign people in by way of identity, and machines that speak for themselves."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base, hash_secret, new_secret
from shared.errors import Invalid
from shared.ids import NATIONAL, new_id

MachineRole = Literal["learner", "trainer", "manager", "analyst", "administrator", "operator"]


class RedirectNotSafe(Invalid):
    """A code may only be sent to an address of HTTPS, or of this machine."""


class RoleNotForClient(Invalid):
    """A machine of a city can't hold that role."""


class Client(Base, kind="record"):
    """A program known to identity, by its id and the hash of its secret.

    A *site* (the portal) sends people here to sign in, and takes them back at one of its `redirect_uris`. A
    *machine* has roles in one tenant and gets tokens for itself.
    """

    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    tenant: Mapped[UUID]
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    roles: Mapped[list[str]] = mapped_column(JSON)
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime]

    @classmethod
    def machine(cls, *, name: str, tenant: UUID, roles: Sequence[MachineRole], at: datetime) -> tuple[str, Self]:
        """Make a machine. Gives its secret, which is not kept, and the rest. Raises `RoleNotForClient`."""
        if "manager" in roles:
            raise RoleNotForClient("A machine manages no unit; give it the role analyst or administrator.")
        if ("operator" in roles) != (tenant == NATIONAL):
            raise RoleNotForClient("A machine is either the platform's, with the role operator, or a city's.")
        secret = new_secret()
        kept = cls._with("machine", name, tenant, hash_secret(secret), at)
        kept.roles = sorted(set(roles))
        return secret, kept

    @classmethod
    def site(
        cls, *, name: str, redirect_uris: Sequence[str], has_secret: bool, at: datetime
    ) -> tuple[str | None, Self]:
        """Make a site. Gives its secret, or None for a program that can't keep one. Raises `RedirectNotSafe`."""
        for address in redirect_uris:
            _check_redirect(address)
        secret = new_secret() if has_secret else None
        kept = cls._with("site", name, NATIONAL, hash_secret(secret) if secret else None, at)
        kept.redirect_uris = list(redirect_uris)
        return secret, kept

    @classmethod
    def _with(cls, kind: str, name: str, tenant: UUID, secret_hash: str | None, at: datetime) -> Self:
        return cls(
            id=new_id(),
            kind=kind,
            name=name,
            tenant=tenant,
            secret_hash=secret_hash,
            roles=[],
            redirect_uris=[],
            made_at=at,
        )

    def has_secret(self, secret: str) -> bool:
        """Tell whether this is the client's secret."""
        return self.secret_hash is not None and hmac.compare_digest(self.secret_hash, hash_secret(secret))


def _check_redirect(address: str) -> None:
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.netloc or parts.fragment or not (parts.scheme == "https" or local):
        raise RedirectNotSafe(
            f"{address} can't take a code back: write an https address (http only on this machine), without a #.",
            address=address,
        )
