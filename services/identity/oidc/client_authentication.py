"""Which client speaks at the token endpoint: by HTTP Basic, by its form, or (a site without a secret) by its id."""

from urllib.parse import unquote_plus
from uuid import UUID

from flask import Request
from sqlalchemy.orm import Session

from services.identity.model import Client


class OAuthError(Exception):
    """An answer of the token endpoint that says no (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status = error, description, status


def client_of(session: Session, request: Request) -> Client:
    """Give the client that proved itself. Raises `OAuthError` (invalid_client, 401)."""
    name, secret = _credentials(request)
    client = _client(session, name)
    # Who has no secret proves nothing here; what binds the code to such a site is its PKCE verifier.
    proven = client is not None and (client.has_secret(secret) if secret or client.secret_hash else True)
    if client is None or not proven:
        raise OAuthError("invalid_client", "There is no such client, or this is not its secret.", status=401)
    return client


def _credentials(request: Request) -> tuple[str, str]:
    basic = request.authorization
    if basic is None:
        return request.form.get("client_id", ""), request.form.get("client_secret", "")
    if basic.type != "basic" or "client_secret" in request.form:
        raise OAuthError("invalid_request", "Prove who you are in one way: by HTTP Basic, or in the form.")
    return unquote_plus(basic.username or ""), unquote_plus(basic.password or "")


def _client(session: Session, name: str) -> Client | None:
    try:
        return session.get(Client, UUID(name))
    except ValueError:
        return None
