"""What a service keeps about a person besides its own tables, and how it forgets that."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shared.plumbing import accesses, requests


def forget_person(session: Session, tenant: UUID, person: UUID) -> None:
    """Forget who looked at a person's rows, and what their repeated requests were answered.

    Where the person looked at the rows of others stays for those others, under an id that leads nowhere.
    """
    session.execute(delete(accesses).where(accesses.c.tenant == tenant, accesses.c.person == person))
    session.execute(delete(requests).where(requests.c.tenant == tenant, requests.c.subject == str(person)))
