"""The metadata of identity's own database.

A table whose class is not `TenantOwned` belongs to the platform: it is read before it is known whose request this is
(sign-in names, clients, codes, tokens, keys) or holds the tenants themselves. Such tables are reached by an exact
key or a secret's hash only, never listed to a tenant; the tenants alone are, so that they find each other.
"""

import hashlib
import secrets

import shared.database
from shared.plumbing import service_metadata

TYPED_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TYPED_LENGTH = 20


class Base(shared.database.Base):
    """What every mapped class of identity derives from."""

    __abstract__ = True
    metadata = service_metadata()


def new_secret() -> str:
    """Give a secret of 256 random bits that can stand in a URL."""
    return secrets.token_urlsafe(32)


def new_typed_secret() -> str:
    """Give a secret of 100 random bits that people can type from paper: 20 signs of Crockford's base 32."""
    return "".join(secrets.choice(TYPED_SIGNS) for _ in range(TYPED_LENGTH))


def hash_secret(secret: str) -> str:
    """Give what is stored of such a secret: SHA-256 in hexadecimal, 64 characters.

    A fast hash is enough because nobody can guess 100 random bits, or 256; passwords go through argon2 instead.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
