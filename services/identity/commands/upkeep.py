"""Throws away what nothing can use any more: ended sessions, codes and tokens."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.commands.mails import KEPT
from services.identity.model import (
    AuthorizationCode,
    BrowserSession,
    DelegatedSignIn,
    Mail,
    OneTimeCode,
    PasswordReset,
    SignInTries,
    TokenFamily,
)
from shared import clock


def drop_expired(session: Session) -> None:
    """Delete sessions, codes, tries and token families past their end, and mails long after theirs.

    Doing it twice changes nothing.
    """
    at = clock.now()
    for kept in (BrowserSession, AuthorizationCode, DelegatedSignIn, OneTimeCode, SignInTries, TokenFamily):
        session.execute(delete(kept).where(kept.expires_at <= at))
    # A forgotten password whose mail is not queued yet waits for the errand, however late that comes.
    done = PasswordReset.queued.is_(True) | PasswordReset.person_id.is_(None)
    session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= at, done))
    session.execute(delete(Mail).where(Mail.ended_at <= at - KEPT))
