"""Signing keys: the one that signs now, those that are published, and their rotation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model import SigningKey
from services.identity.model.keys import retired
from shared import audit
from shared.ids import NATIONAL


def published_keys(session: Session) -> list[SigningKey]:
    """Give every key in the order of their making: the last one signs."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.made_at, SigningKey.kid)))


def signing_key(session: Session, *, at: datetime) -> SigningKey:
    """Give the key that signs now; the first use makes one."""
    keys = published_keys(session)
    return keys[-1] if keys else _make(session, at)


def rotate_keys(session: Session, *, at: datetime) -> SigningKey:
    """Let a new key sign from now on, and drop those that no valid token can need any more."""
    fresh = _make(session, at)
    audit.note(session, act="key.rotated", subject=f"key/{fresh.kid}", tenant=NATIONAL)
    for old in retired(published_keys(session), at=at):
        session.delete(old)
    return fresh


def _make(session: Session, at: datetime) -> SigningKey:
    key = SigningKey.make(at=at)
    session.add(key)
    session.flush()
    return key
