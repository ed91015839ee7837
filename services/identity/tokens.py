"""What tokens say, and how they are signed: access tokens for Wiyata's services, identity tokens for sites."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from joserfc import jwt

from services.identity.model import SigningKey
from shared.ids import new_id

ACCESS_LIFE = timedelta(minutes=10)
AUDIENCE = "wiyata"


class RoleClaim(TypedDict):
    """A role as tokens tell it; without a unit it counts for the whole tenant."""

    role: str
    unit: NotRequired[str]


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The issuer, the key that signs now, and the moment."""

    issuer: str
    key: SigningKey
    at: datetime

    def access_token(
        self, *, subject: UUID, tenant: UUID, roles: Sequence[RoleClaim], client_id: UUID, machine: bool = False
    ) -> str:
        """Give an access token (RFC 9068) that every service of Wiyata takes for ten minutes."""
        claims = {
            **self._claims(subject, tenant),
            "aud": AUDIENCE,
            "jti": str(new_id()),
            "client_id": str(client_id),
            "roles": list(roles),
            **({"machine": True} if machine else {}),
        }
        return self._sign(claims, "at+jwt")

    def identity_token(
        self,
        *,
        subject: UUID,
        tenant: UUID,
        client_id: UUID,
        signed_in_at: datetime,
        access_token: str,
        nonce: str | None,
        name: str | None,
    ) -> str:
        """Give an identity token (OpenID Connect Core section 2) that tells a site who has signed in."""
        claims = {
            **self._claims(subject, tenant),
            "aud": str(client_id),
            "auth_time": int(signed_in_at.timestamp()),
            "at_hash": half_hash(access_token),
        }
        claims |= {key: value for key, value in {"nonce": nonce, "name": name}.items() if value}
        return self._sign(claims, "JWT")

    def _claims(self, subject: UUID, tenant: UUID) -> dict[str, Any]:
        issued = int(self.at.timestamp())
        return {
            "iss": self.issuer,
            "sub": str(subject),
            "tenant": str(tenant),
            "iat": issued,
            "exp": issued + int(ACCESS_LIFE.total_seconds()),
        }

    def _sign(self, claims: Mapping[str, Any], kind: str) -> str:
        header = {"alg": "ES256", "kid": self.key.kid, "typ": kind}
        return jwt.encode(header, dict(claims), self.key.key, algorithms=["ES256"])


def s256(verifier: str) -> str:
    """Give the challenge that belongs to a verifier: base64url(SHA-256(verifier)), RFC 7636 section 4.2."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def half_hash(token: str) -> str:
    """Give the left half of a token's SHA-256 in base64url: `at_hash` for ES256, OpenID Connect Core 3.1.3.6."""
    return _base64url(hashlib.sha256(token.encode()).digest()[:16])


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
