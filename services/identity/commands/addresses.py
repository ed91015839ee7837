"""Keeps the addresses of people findable for those who forgot their password."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.model import MailAddress, Person
from services.identity.model.mails import hash_address
from shared.database import put

_CHUNK = 1_000


def keep_addresses(session: Session, people: Sequence[Person]) -> None:
    """Let these people be found by the addresses that they have now."""
    rows = [
        {"person_id": one.id, "tenant": one.tenant, "address_hash": hash_address(one.email)}
        for one in people
        if one.email
    ]
    put(session, MailAddress, rows)
    without = [one.id for one in people if not one.email]
    for start in range(0, len(without), _CHUNK):
        some = without[start : start + _CHUNK]
        session.execute(delete(MailAddress).where(MailAddress.person_id.in_(some)))
