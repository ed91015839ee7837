"""Access tokens as identity makes them, signed with a key of the tests."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey

from shared import clock
from shared.web.auth import Role

ORIGIN = "https://learn.example"
KEY = ECKey.generate_key("P-256", {"kid": "test", "use": "sig"})


def key_set() -> Mapping[str, Any]:
    """Give what identity would answer to who asks for its keys."""
    return {"keys": [KEY.as_dict(private=False)]}


def bearer(tenant: UUID, person: UUID, *roles: Role, unit: UUID | None = None, machine: bool = False) -> dict[str, str]:
    """Make the header that carries a token: the roles hold in one unit and below, or in the whole tenant."""
    at = int(clock.now().timestamp())
    return {"Authorization": f"Bearer {_token(tenant, person, roles, unit, machine, at)}"}


@lru_cache(maxsize=256)
def _token(tenant: UUID, person: UUID, roles: tuple[Role, ...], unit: UUID | None, machine: bool, at: int) -> str:
    claims = {
        "iss": f"{ORIGIN}/api/identity",
        "aud": "wiyata",
        "sub": str(person),
        "tenant": str(tenant),
        "iat": at,
        "exp": at + 600,
        "machine": machine,
        "roles": [{"role": role, **({"unit": str(unit)} if unit else {})} for role in roles],
    }
    return jwt.encode({"alg": "ES256", "kid": "test"}, claims, KEY)
