"""The keys that prove an access token, kept in the service's own database and refreshed in the background."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from sqlalchemy import delete, select

from shared import clock
from shared.database import Database, insert_new
from shared.errors import Unauthenticated
from shared.logging import log
from shared.plumbing import token_keys
from shared.settings import Settings
from shared.web.caller import ROLES, Caller, Grant
from shared.web.refusals import KeysUnknown

AUDIENCE = "wiyata"
ALGORITHM = "ES256"
LONGEST_LIFE = timedelta(minutes=10)
KEPT_FOR = timedelta(hours=24)
REFRESHED_EVERY = timedelta(minutes=5)
ASKED_AT_MOST_EVERY = timedelta(seconds=5)
CLOCKS_DIFFER_BY = timedelta(seconds=5)

Fetch = Callable[[], Mapping[str, Any]]
"""Gives identity's JSON Web Key Set, or raises."""


def issuer(settings: Settings) -> str:
    """Give the one issuer whose tokens are accepted."""
    return f"{settings.public_url}/api/identity"


def fetch_from(address: str) -> Fetch:
    """Make a fetch of the key set over HTTP."""

    def fetch() -> Mapping[str, Any]:
        answer = httpx.get(address, timeout=3.0)
        answer.raise_for_status()
        return cast("Mapping[str, Any]", answer.json())

    return fetch


class KeyRing:
    """Verifies access tokens without asking anyone: it only knows the keys that its last refresh brought.

    `start()` (after a fork) refreshes at once, then every five minutes, and earlier when a token names a key that is
    not here; `stop()` ends that. Keys serve up to 24 hours, so identity may be away for a while.
    """

    def __init__(self, database: Database, settings: Settings, fetch: Fetch | None = None) -> None:
        self._database = database
        self._issuer = issuer(settings)
        self._fetch = fetch or fetch_from(settings.identity_keys_url)
        self._keys: Mapping[str, tuple[ECKey, datetime]] | None = None
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def verify(self, token: str) -> Caller:
        """Give the subject of a token.

        Raises `Unauthenticated` for a token that proves nothing, and `KeysUnknown` where only the key is missing.
        """
        try:
            unproven = extract_compact(token.encode())
            key = self._key_for(unproven.headers(), _moment(json.loads(unproven.payload), "iat"))
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            self._rules().validate(claims)
            if _moment(claims, "exp") - _moment(claims, "iat") > LONGEST_LIFE:
                raise ValueError("a token may live for ten minutes at most")
            return _caller(claims)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as wrong:
            raise Unauthenticated("The access token is not valid, or no longer. Sign in again.") from wrong

    def refresh(self) -> None:
        """Fetch the key set now, keep it, and forget keys that are no longer in it."""
        fetched = {jwk["kid"]: jwk for jwk in map(_usable, self._fetch()["keys"]) if jwk}
        if not fetched:
            raise ValueError("The key set holds no ES256 key.")
        at = clock.now()
        with self._database.writing() as session:
            session.execute(delete(token_keys))
            session.execute(
                insert_new(token_keys, session).on_conflict_do_nothing(),
                [{"kid": kid, "jwk": json.dumps(fetched[kid]), "fetched_at": at} for kid in sorted(fetched)],
            )
        self._keys = {kid: (ECKey.import_key(jwk), at) for kid, jwk in fetched.items()}

    def start(self) -> "KeyRing":
        """Refresh in the background from now on."""
        self._thread = threading.Thread(target=self._keep_fresh, name="token-keys", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the background thread; a fetch under way is waited for."""
        self._stopped.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _key_for(self, header: Mapping[str, Any], issued: datetime) -> ECKey:
        if header.get("alg") != ALGORITHM:
            raise ValueError("the algorithm is not the one that identity uses")
        keys = self._kept()
        known = keys.get(header["kid"])
        if known is None:
            self._wanted.set()
            if any(fetched > issued + timedelta(minutes=1) for _, fetched in keys.values()):
                raise ValueError("a key set younger than the token does not hold its key")
            raise KeysUnknown("The key of this token has not arrived here yet.", retry_after=1)
        key, fetched = known
        if clock.now() - fetched > KEPT_FOR:
            self._wanted.set()
            raise KeysUnknown("The token keys kept here are more than a day old.", retry_after=5)
        return key

    def _kept(self) -> Mapping[str, tuple[ECKey, datetime]]:
        if self._keys is None:
            with self._database.reading() as session:
                rows = session.execute(select(token_keys)).all()
            self._keys = {row.kid: (ECKey.import_key(json.loads(row.jwk)), row.fetched_at) for row in rows}
        return self._keys

    def _rules(self) -> jwt.JWTClaimsRegistry:
        now = int(clock.now().timestamp())
        essential: jwt.ClaimsOption = {"essential": True}
        return jwt.JWTClaimsRegistry(
            now=now,
            leeway=int(CLOCKS_DIFFER_BY.total_seconds()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp=essential,
            iat=essential,
            sub=essential,
            tenant=essential,
        )

    def _keep_fresh(self) -> None:
        while not self._stopped.is_set():
            asked = monotonic()
            self._wanted.clear()
            pause = REFRESHED_EVERY
            try:
                self.refresh()
            except Exception as wrong:  # noqa: BLE001 - a thread that dies in silence leaves no keys a day later
                log(__name__).warning("token keys not refreshed", error=type(wrong).__name__)
                pause = ASKED_AT_MOST_EVERY
            self._wanted.wait(pause.total_seconds())
            self._stopped.wait(max(0.0, asked + ASKED_AT_MOST_EVERY.total_seconds() - monotonic()))


def _usable(jwk: Mapping[str, Any]) -> dict[str, Any] | None:
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or jwk.get("use", "sig") != "sig" or not jwk.get("kid"):
        return None
    return {name: str(jwk[name]) for name in ("kid", "kty", "crv", "x", "y")}


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(claims[name], tz=clock.now().tzinfo)


def _caller(claims: Mapping[str, Any]) -> Caller:
    grants = [
        Grant(grant["role"], UUID(grant["unit"]) if grant.get("unit") else None)
        for grant in claims.get("roles", [])
        if grant["role"] in ROLES  # A role that this version does not know yet gives no right here.
    ]
    return Caller(UUID(claims["sub"]), UUID(claims["tenant"]), tuple(grants), claims.get("machine") is True)
