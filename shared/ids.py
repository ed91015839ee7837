"""Ids: UUIDv7, so that an index over them grows at its right edge."""

from uuid import UUID

from uuid_utils.compat import uuid7

NATIONAL = UUID("00000000-0000-7000-8000-000000000001")
"""The tenant of national reference data: readable by all, written by the operator."""


def new_id() -> UUID:
    """Give an id that no one else has, greater than those given before in this process."""
    return uuid7()
