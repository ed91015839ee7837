"""Turning ids into names, which is noted down for the person whose name it is."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.identity.model import NameLook
from shared.ids import new_id


def note_looks(
    session: Session, tenant: UUID, people: Iterable[UUID], *, by: UUID, machine: bool, at: datetime
) -> None:
    """Note who looked up whose name; looking at oneself is not noted."""
    rows = [
        {"id": new_id(), "tenant": tenant, "person_id": person, "by": by, "machine": machine, "at": at}
        for person in people
        if person != by
    ]
    if rows:
        session.execute(insert(NameLook), rows)
