"""The other provider that people may sign in with, by settings: OpenID Connect Core, authorization code with PKCE."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity.settings import Delegation
from services.identity.tokens import s256

ALGORITHMS = ["ES256", "PS256", "RS256"]
CLOCKS_DIFFER_BY = timedelta(seconds=30)
TIMEOUT = 10.0
DISCOVERED_EVERY = 3600.0
"""For how many seconds the provider's description of itself, and its keys, are not asked for again."""


class ProviderAway(Exception):
    """The other provider does not answer, or not as its discovery promises."""


class ProofNotValid(Exception):
    """What the other provider gave proves nothing about this sign-in."""


class OtherProvider:
    """A client of the other provider. One for a process; its threads may share it."""

    def __init__(self, delegation: Delegation, http: httpx.Client | None = None) -> None:
        self.delegation = delegation
        self._http = http or httpx.Client(timeout=TIMEOUT)
        self._described: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._at = -DISCOVERED_EVERY

    def discover(self) -> Mapping[str, Any]:
        """Give how the provider describes itself, asking it at most once an hour. Raises `ProviderAway`."""
        if monotonic() - self._at >= DISCOVERED_EVERY or self._keys is None:
            issuer = self.delegation.issuer
            said = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if said.get("issuer") != issuer or not all(isinstance(said.get(name), str) for name in needed):
                raise ProviderAway("Its description names another issuer, or lacks an address.")
            try:
                keys: Any = self._asked("GET", str(said["jwks_uri"]))  # Whatever it is: joserfc looks at it.
                self._keys = KeySet.import_key_set(keys)
            except (JoseError, ValueError, KeyError, TypeError) as wrong:
                raise ProviderAway("Its keys can't be read.") from wrong
            self._described, self._at = said, monotonic()
        return self._described

    def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str, language: str) -> str:
        """Give where a browser is sent to sign in. Raises `ProviderAway`."""
        asked = {
            "response_type": "code",
            "client_id": self.delegation.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.delegation.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        place = str(self.discover()["authorization_endpoint"])
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def who(self, code: str, *, redirect_uri: str, nonce: str, verifier: str, at: datetime) -> str:
        """Turn a code into the value of the claim that names the person. Raises `ProviderAway`, `ProofNotValid`."""
        claims = self._proven(self._token(code, redirect_uri, verifier), nonce, at)
        name = self.delegation.claim
        if name == "email" and claims.get("email_verified") is not True:
            raise ProofNotValid("The provider has not verified the address.")
        if not isinstance(claims.get(name), str):
            raise ProofNotValid("The token lacks the claim that names the person.")
        return str(claims[name])

    def _token(self, code: str, redirect_uri: str, verifier: str) -> str:
        client, secret = self.delegation.client_id, self.delegation.client_secret
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form |= {"code_verifier": verifier, "client_id": client, **({"client_secret": secret} if secret else {})}
        answer = self._asked("POST", str(self.discover()["token_endpoint"]), data=form)
        if "id_token" not in answer:
            raise ProofNotValid("The provider gave no identity token.")
        return str(answer["id_token"])

    def _proven(self, token: str, nonce: str, at: datetime) -> Mapping[str, Any]:
        rules = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=int(CLOCKS_DIFFER_BY.total_seconds()),
            iss={"essential": True, "value": self.delegation.issuer},
            aud={"essential": True, "value": self.delegation.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = self._decoded(token)
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            raise ProofNotValid(type(wrong).__name__) from wrong
        # OpenID Connect Core 3.1.3.7: a token for several parties has to name the one that it was given to.
        if claims.get("azp", self.delegation.client_id) != self.delegation.client_id:
            raise ProofNotValid("The token was given to somebody else.")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            # The provider may have changed its keys since they were asked for.
            self._at = -DISCOVERED_EVERY
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims

    def _key_set(self) -> KeySet:
        self.discover()
        if self._keys is None:
            raise ProviderAway("Its keys are not at hand.")
        return self._keys

    def _asked(self, method: str, address: str, **rest: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, address, **rest)
            said = answer.json()
        except (httpx.HTTPError, ValueError) as away:
            raise ProviderAway(type(away).__name__) from away
        if answer.status_code in {400, 401} and method == "POST":
            raise ProofNotValid("The provider refuses the code.")
        if answer.status_code != 200 or not isinstance(said, dict):
            raise ProviderAway(f"It answers with {answer.status_code}.")
        return said
