"""The keys that sign tokens: the newest signs, older ones are published until no token of theirs can be valid."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

from joserfc.jwk import ECKey
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.model.base import Base
from shared.ids import new_id

PUBLISHED_AFTER = timedelta(hours=25)
"""How long a key is published after its successor came: other services use kept keys for up to 24 hours."""


class SigningKey(Base, kind="record"):
    """A private key on P-256 (ES256), as a JWK."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(String(40), primary_key=True)
    private_jwk: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]

    @classmethod
    def make(cls, *, at: datetime) -> Self:
        """Make a key. Its id grows with time, so that two of the same millisecond have an order too."""
        kid = str(new_id())
        key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"}, private=True)
        return cls(kid=kid, private_jwk=json.dumps(key.as_dict(private=True)), made_at=at)

    @property
    def key(self) -> ECKey:
        """The key, ready to sign."""
        return _read_key(self.private_jwk)

    def public_jwk(self) -> dict[str, Any]:
        """Give what may be published of the key."""
        return dict(self.key.as_dict(private=False))


def retired(keys: Sequence[SigningKey], *, at: datetime) -> list[SigningKey]:
    """Give the keys, of all in the order of their making, that need not be published any more."""
    return [key for key, successor in pairwise(keys) if successor.made_at + PUBLISHED_AFTER <= at]


@lru_cache(maxsize=16)
def _read_key(private_jwk: str) -> ECKey:
    # Reading a key costs more than signing with it, and a key never changes.
    return ECKey.import_key(json.loads(private_jwk))
