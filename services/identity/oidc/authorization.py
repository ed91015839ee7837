"""Reads what a site asks for when it sends a person here (RFC 6749 section 4.1.1, PKCE with S256, OpenID Connect)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from services.identity.model import BrowserSession, Client
from services.identity.model.grants import scopes_of

SCOPES = ("openid", "profile")

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SECONDS = re.compile(r"[0-9]{0,9}")
_NONCE = re.compile(r"[\x20-\x7e]{0,200}")


Parameters = MultiDict[str, str]
"""A query string or form."""


class NowhereToReturn(Exception):
    """The site or its address is unknown, so that nothing may be sent there: the person gets a page instead."""


class AuthorizationRefused(Exception):
    """The site asked for something that is not given; it hears so at its own address."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """What a site asks for."""

    client: Client
    redirect_uri: str
    issuer: str
    state: str
    scope: str
    nonce: str | None
    challenge: str
    prompts: frozenset[str]
    max_age: timedelta | None

    def needs_sign_in(self, browser: BrowserSession | None, at: datetime) -> bool:
        """Tell whether the person has to sign in (again) before the site gets a code."""
        if browser is None or browser.signed_in_at is None or "login" in self.prompts:
            return True
        return self.max_age is not None and at - browser.signed_in_at > self.max_age

    def answer(self, **said: str) -> str:
        """Give the site's address with an answer in its query, and who answers (RFC 9207)."""
        return address_with(self.redirect_uri, {**said, "state": self.state, "iss": self.issuer})


def read_authorization(session: Session, parameters: Parameters, *, issuer: str) -> AuthorizationRequest:
    """Read a request. Raises `NowhereToReturn`, or `AuthorizationRefused` with the address that says why."""
    client, redirect_uri = _site(session, parameters)
    state = parameters.get("state", "")
    fault = _fault(parameters)
    if fault:
        error, description = fault
        said = {"error": error, "error_description": description, "state": state, "iss": issuer}
        raise AuthorizationRefused(address_with(redirect_uri, said))
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        issuer=issuer,
        state=state,
        scope=" ".join(scopes_of(parameters.get("scope", ""), known=SCOPES)),
        nonce=parameters.get("nonce", "") or None,
        challenge=parameters.get("code_challenge", ""),
        prompts=frozenset(parameters.get("prompt", "").split()),
        max_age=_max_age(parameters),
    )


def address_with(address: str, said: Mapping[str, str]) -> str:
    """Add to the query of an address what is not empty."""
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}"


def origin_to_return_to(session: Session, query: str) -> str | None:
    """Give the origin of the site that a request of this query would return to, or None where there is none."""
    said = dict(parse_qsl(query))
    client = _client(session, said.get("client_id", ""))
    address = said.get("redirect_uri", "")
    if client is None or address not in client.redirect_uris:
        return None
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _site(session: Session, parameters: Parameters) -> tuple[Client, str]:
    client = _client(session, parameters.get("client_id", ""))
    if client is None or client.kind != "site":
        raise NowhereToReturn
    address = parameters.get("redirect_uri", "")
    if address not in client.redirect_uris or len(parameters.getlist("redirect_uri")) != 1:
        raise NowhereToReturn
    return client, address


def _client(session: Session, said: str) -> Client | None:
    try:
        return session.get(Client, UUID(said))
    except ValueError:
        return None


def _fault(parameters: Parameters) -> tuple[str, str] | None:
    said = parameters.to_dict()
    twice = [name for name, values in parameters.lists() if len(values) > 1]
    if twice:
        return "invalid_request", f"{twice[0]} is there twice."
    if said.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is given."
    if "openid" not in said.get("scope", "").split():
        return "invalid_scope", "The scope must hold openid."
    if said.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(said.get("code_challenge", "")):
        return "invalid_request", "PKCE is needed: send code_challenge with code_challenge_method=S256."
    if not _SECONDS.fullmatch(said.get("max_age", "")):
        return "invalid_request", "max_age is a number of seconds."
    if "none" in said.get("prompt", "").split() and said["prompt"] != "none":
        return "invalid_request", "prompt=none goes with no other prompt."
    if not _NONCE.fullmatch(said.get("nonce", "")) or len(said.get("state", "")) > 500:
        return "invalid_request", "nonce has at most 200 visible ASCII characters, state at most 500 characters."
    return None


def _max_age(parameters: Parameters) -> timedelta | None:
    said = parameters.get("max_age", "")
    return timedelta(seconds=int(said)) if said else None
