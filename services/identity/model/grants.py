"""What is given to a site in a person's name: codes that become tokens, and families of refresh tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base, hash_secret, new_secret
from shared.ids import new_id

CODE_LIFE = timedelta(seconds=60)
FAMILY_LIFE = timedelta(hours=10)


class AuthorizationCode(Base, kind="record"):
    """A code that a site turns into tokens once, within a minute, by proving that it asked for it (PKCE, S256)."""

    __tablename__ = "authorization_codes"
    __table_args__ = (Index("ix_authorization_codes_end", "expires_at"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[UUID]
    redirect_uri: Mapped[str] = mapped_column(String(500))
    challenge: Mapped[str] = mapped_column(String(43))
    nonce: Mapped[str | None] = mapped_column(String(200))
    scope: Mapped[str] = mapped_column(String(200))
    tenant: Mapped[UUID]
    person_id: Mapped[UUID]
    browser: Mapped[str] = mapped_column(String(64))
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    family_id: Mapped[UUID | None]

    def is_open(self, at: datetime) -> bool:
        """Tell whether the code was not used yet and is still young enough."""
        return self.family_id is None and at < self.expires_at


class TokenFamily(Base, kind="record"):
    """All refresh tokens that follow from one sign-in at one site. Revoking it ends them together."""

    __tablename__ = "token_families"
    __table_args__ = (
        Index("ix_token_families_person", "person_id"),
        Index("ix_token_families_browser", "browser"),
        Index("ix_token_families_end", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    tenant: Mapped[UUID]
    person_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(String(200))
    browser: Mapped[str] = mapped_column(String(64))
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def begin(cls, code: AuthorizationCode, *, at: datetime) -> Self:
        """Begin the family of the tokens that a code becomes, and close the code."""
        family = cls(
            id=new_id(),
            client_id=code.client_id,
            tenant=code.tenant,
            person_id=code.person_id,
            scope=code.scope,
            browser=code.browser,
            signed_in_at=code.signed_in_at,
            expires_at=at + FAMILY_LIFE,
            revoked_at=None,
        )
        code.family_id = family.id
        return family

    def is_open(self, at: datetime) -> bool:
        """Tell whether tokens can still follow."""
        return self.revoked_at is None and at < self.expires_at

    def revoke(self, at: datetime) -> None:
        """End the family; a second time changes nothing."""
        self.revoked_at = self.revoked_at or at


class RefreshToken(Base, kind="record"):
    """A token that becomes the next pair of tokens once. Seen a second time, somebody has a copy."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_family", "family_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"))
    used_at: Mapped[datetime | None]

    @classmethod
    def make(cls, family: TokenFamily) -> tuple[str, Self]:
        """Make the next token of a family. Gives the token itself and what is kept."""
        token = new_secret()
        return token, cls(token_hash=hash_secret(token), family_id=family.id, used_at=None)


def scopes_of(scope: str, *, known: Sequence[str]) -> list[str]:
    """Give the scopes asked for that are known, in the order in which they are known."""
    asked = set(scope.split())
    return [one for one in known if one in asked]
