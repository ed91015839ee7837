"""Makes and renames programmes."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogue.model import Programme
from services.catalogue.model.programmes import ProgrammeCodeIsTaken
from services.catalogue.queries import programme_of
from shared.ids import new_id
from shared.web.caller import Caller


def create_programme(session: Session, *, by: Caller, code: str, title: str) -> Programme:
    """Make a programme of the caller's tenant. Raises `ProgrammeCodeIsTaken`."""
    taken = select(Programme.id).where(Programme.tenant == by.tenant, Programme.code == code)
    if session.scalar(taken) is not None:
        raise ProgrammeCodeIsTaken(f"There is a programme {code} already. Choose another code.", code=code)
    programme = Programme(id=new_id(), tenant=by.tenant, code=code, title=title, revision=1)
    session.add(programme)
    session.flush()
    return programme


def rename_programme(session: Session, programme_id: UUID, *, by: Caller, revision: int, title: str) -> Programme:
    """Give a programme another title, for all its courses. Raises `NoSuchProgramme` or `Stale`."""
    mine = (Programme.id == programme_id, Programme.tenant == by.tenant)
    session.execute(select(Programme.id).where(*mine).with_for_update())
    programme = programme_of(session, by.tenant, programme_id)
    programme.require_revision(revision)
    programme.rename(title)
    return programme
