"""Who looked at whose rows: noted by the view that shows them, kept before the answer leaves, shown to those people."""

from datetime import timedelta
from uuid import UUID

from flask import Response, request
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, Session

from shared import clock
from shared.audit import Actor
from shared.database import Base, TenantOwned
from shared.ids import new_id
from shared.operators import open_to_operator
from shared.plumbing import accesses
from shared.settings import read_settings
from shared.web.auth import caller
from shared.web.caller import Caller
from shared.web.edge import visit
from shared.web.marks import marked, marks_at_hand

shows_people = marked(shows_people=True)
"""Mark a view that may show rows of others. Its answer is held back unless it has called `note_access`."""

FORGOTTEN_AT_ONCE = 10_000
"""How many looks one transaction deletes. Once a minute that is 14 million a day: more than a city is looked at."""

_BY_REACH = ("operator", "administrator", "analyst", "manager", "trainer", "learner")


class Access(TenantOwned, Base):
    """A look at a person's rows. `role` is what let the reader see them, `operation` the view that showed them."""

    __table__ = accesses

    id: Mapped[UUID]
    person: Mapped[UUID]


def note_access(*people: UUID, tenant: UUID | None = None) -> None:
    """Note that the answer at hand shows rows of these people. One's own need not be left out: they are not kept.

    They are people of the caller's tenant, unless an operator is shown those of another.
    """
    here = visit()
    here.shown = here.shown or {}
    if people:
        here.shown |= dict.fromkeys(people, tenant or caller().tenant)


def noted(answer: Response) -> Response:
    """Give the answer of a view. Raises `RuntimeError` where it shows rows of people without saying of whom."""
    if answer.status_code < 400 and marks_at_hand().get("shows_people") and visit().shown is None:
        raise RuntimeError("A view that shows rows of people has to call note_access, if only with nobody.")
    return answer


def is_noted() -> bool:
    """Tell whether the answer shows rows of anybody but the caller."""
    return bool(_others())


def keep(session: Session) -> None:
    """Write down, for each person whose rows the answer shows, who looked, when, as what and by which request."""
    others = _others()
    if not others:
        return
    who, at = caller(), clock.now()
    if set(others.values()) != {who.tenant}:
        open_to_operator(session)
    rows = [
        {
            "id": new_id(),
            "tenant": tenant,
            "person": person,
            "at": at,
            "reader": who.id,
            "machine": who.machine,
            "role": _role_used(who),
            "operation": request.endpoint or "",
            "correlation": visit().id,
        }
        for person, tenant in others.items()
    ]
    session.execute(insert(accesses), rows)


def forget_old_accesses(session: Session) -> None:
    """Delete looks that are older than the setting `WIYATA_ACCESSES_KEPT_DAYS`: a timer of every service."""
    end = clock.now() - timedelta(days=read_settings().accesses_kept_days)
    oldest = select(accesses.c.id).where(accesses.c.at < end).order_by(accesses.c.at).limit(FORGOTTEN_AT_ONCE)
    session.execute(delete(accesses).where(accesses.c.id.in_(oldest)))


def _others() -> dict[UUID, UUID]:
    """Give the people shown but the caller, each with the tenant, in the order of their ids."""
    shown = visit().shown
    if not shown:
        return {}
    who = caller()
    return {person: shown[person] for person in sorted(shown) if who.machine or person != who.id}


def actor() -> Actor:
    """Give who acts by the request at hand, for the audit log: nobody in particular where no token is asked for."""
    who = visit().caller
    return Actor(who.id, _role_used(who)) if who else Actor(None, "visitor")


def _role_used(who: Caller) -> str:
    """Give the role with the widest reach among those that the caller has and the view asks for."""
    asked = marks_at_hand().get("roles") or _BY_REACH
    held = [role for role in _BY_REACH if role in asked and role in {grant.role for grant in who.grants}]
    return held[0] if held else "machine" if who.machine else "learner"
