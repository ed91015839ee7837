"""Throws away what nothing can use any more: ended sessions, codes and tokens."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.model import AuthorizationCode, BrowserSession, OneTimeCode, SignInTries, TokenFamily
from shared import clock


def drop_expired(session: Session) -> None:
    """Delete sessions, codes, tries and token families past their end. Doing it twice changes nothing."""
    at = clock.now()
    for kept in (BrowserSession, AuthorizationCode, OneTimeCode, SignInTries, TokenFamily):
        session.execute(delete(kept).where(kept.expires_at <= at))
