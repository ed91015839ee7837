"""Tokens: what a sign-in, a code, a refresh token or a machine's secret becomes."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.commands.keys import signing_key
from services.identity.model import AuthorizationCode, BrowserSession, Client, RefreshToken, TokenFamily
from services.identity.model.base import hash_secret, new_secret
from services.identity.model.grants import CODE_LIFE
from services.identity.queries.people import name_of
from services.identity.queries.roles import roles_of
from services.identity.queries.sign_in import may_sign_in
from services.identity.tokens import RoleClaim, Signer, s256
from shared.database import bind_tenant
from shared.errors import Invalid


class GrantNotValid(Invalid):
    """A code or refresh token is unknown, expired, used, or somebody else's."""


class GrantReused(GrantNotValid):
    """A code or refresh token came a second time, so somebody has a copy: its whole family has to be revoked."""

    def __init__(self, family_id: UUID) -> None:
        super().__init__("The grant was used before; sign in again.")
        self.family_id = family_id


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the token endpoint hands out."""

    access: str
    scope: str = ""
    refresh: str | None = None
    identity: str | None = None


def authorize(
    session: Session,
    browser: BrowserSession,
    client: Client,
    *,
    redirect_uri: str,
    challenge: str,
    nonce: str | None,
    scope: str,
    at: datetime,
) -> str:
    """Give a code in the name of whoever is signed in with a browser; the site turns it into tokens."""
    if browser.tenant is None or browser.person_id is None or browser.signed_in_at is None:
        raise ValueError("A browser in which nobody signed in can't authorize a site.")
    code = new_secret()
    session.add(
        AuthorizationCode(
            code_hash=hash_secret(code),
            client_id=client.id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            nonce=nonce,
            scope=scope,
            tenant=browser.tenant,
            person_id=browser.person_id,
            browser=browser.id_hash,
            signed_in_at=browser.signed_in_at,
            expires_at=at + CODE_LIFE,
            family_id=None,
        )
    )
    return code


def redeem_code(
    session: Session, code: str, client: Client, *, redirect_uri: str, verifier: str, issuer: str, at: datetime
) -> Tokens:
    """Turn a code into tokens. Raises `GrantNotValid`, or `GrantReused` for a code that was turned into some before."""
    kept = session.get(AuthorizationCode, hash_secret(code), with_for_update=True)
    if kept is None or kept.client_id != client.id:
        raise GrantNotValid("There is no such code for this client.")
    if kept.family_id is not None:
        raise GrantReused(kept.family_id)
    if not kept.is_open(at) or kept.redirect_uri != redirect_uri or not _proves(verifier, kept.challenge):
        raise GrantNotValid("The code is too old, or redirect_uri or code_verifier is not the one it was made for.")
    family = TokenFamily.begin(kept, at=at)
    session.add(family)
    session.flush()
    return _tokens_of(session, family, issuer=issuer, nonce=kept.nonce, at=at)


def refresh(session: Session, token: str, client: Client, *, issuer: str, at: datetime) -> Tokens:
    """Turn a refresh token into the next tokens. Raises `GrantNotValid`, or `GrantReused` for one seen before."""
    kept = session.get(RefreshToken, hash_secret(token), with_for_update=True)
    family = session.get(TokenFamily, kept.family_id, with_for_update=True) if kept else None
    if kept is None or family is None or family.client_id != client.id:
        raise GrantNotValid("There is no such refresh token for this client.")
    if kept.used_at is not None:
        raise GrantReused(family.id)
    if not family.is_open(at):
        raise GrantNotValid("The session has ended; sign in again.")
    kept.used_at = at
    return _tokens_of(session, family, issuer=issuer, nonce=None, at=at)


def machine_tokens(session: Session, client: Client, *, issuer: str, at: datetime) -> Tokens:
    """Give a machine a token for itself."""
    signer = Signer(issuer=issuer, key=signing_key(session, at=at), at=at)
    roles: list[RoleClaim] = [{"role": role} for role in client.roles]
    return Tokens(
        access=signer.access_token(
            subject=client.id, tenant=client.tenant, roles=roles, client_id=client.id, machine=True
        )
    )


def revoke_family(session: Session, family_id: UUID, *, at: datetime) -> None:
    """End every refresh token that followed from one sign-in at one site."""
    family = session.get(TokenFamily, family_id, with_for_update=True)
    if family is not None:
        family.revoke(at)


def revoke_token(session: Session, token: str, client: Client, *, at: datetime) -> None:
    """End the family of a client's refresh token; any other token changes nothing (RFC 7009 section 2.2)."""
    kept = session.get(RefreshToken, hash_secret(token))
    family = session.get(TokenFamily, kept.family_id) if kept else None
    if family and family.client_id == client.id:
        revoke_family(session, family.id, at=at)


def _tokens_of(session: Session, family: TokenFamily, *, issuer: str, nonce: str | None, at: datetime) -> Tokens:
    bind_tenant(session, family.tenant)
    if not may_sign_in(session, family.tenant, family.person_id, at=at):
        raise GrantNotValid("The account is closed.")
    refresh_token, kept = RefreshToken.make(family)
    session.add(kept)
    signer = Signer(issuer=issuer, key=signing_key(session, at=at), at=at)
    access = signer.access_token(
        subject=family.person_id,
        tenant=family.tenant,
        roles=roles_of(session, family.tenant, family.person_id),
        client_id=family.client_id,
    )
    shows_name = "profile" in family.scope.split()
    identity = signer.identity_token(
        subject=family.person_id,
        tenant=family.tenant,
        client_id=family.client_id,
        signed_in_at=family.signed_in_at,
        access_token=access,
        nonce=nonce,
        name=name_of(session, family.tenant, family.person_id) if shows_name else None,
    )
    return Tokens(access=access, refresh=refresh_token, identity=identity, scope=family.scope)


def _proves(verifier: str, challenge: str) -> bool:
    return hmac.compare_digest(s256(verifier), challenge)
