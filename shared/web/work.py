"""The unit of work of a request: one session, opened at first use, bound to the caller's tenant, settled at the end."""

from typing import Any

from flask import Response, request
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from shared.database import bind_tenant
from shared.web import accesses
from shared.web.auth import caller
from shared.web.edge import edge, visit
from shared.web.marks import marked, marks_at_hand

writes = marked(writes=True)
"""Mark a GET view that has to write, such as a look-up that is audited."""

reads = marked(writes=False)
"""Mark a POST view that only asks, such as a search whose terms are too long or too personal for a URL."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def session() -> Session:
    """Give the request's session.

    It is opened at first use, bound to the tenant of the caller (if one is known by then), and settled by the edge:
    commands and views never commit. GET and HEAD only read, unless the view is marked `writes`.
    """
    here = visit()
    if here.session is None:
        here.session = edge().database.session()
        here.reading = not marks_at_hand().get("writes", request.method not in _READING)
        if here.reading:
            _hold_to_reading(here.session)
        bind_tenant(here.session, here.caller.tenant if here.caller else None)
    return here.session


def settle(answer: Response) -> None:
    """Commit what the view did, before its answer leaves; what an answer of 400 and above did stays uncommitted.

    With it goes down whose rows the answer shows, or else, of a request that only reads, in a unit of its own.
    """
    here = visit()
    if answer.status_code >= 400:
        return
    if here.session is not None and not here.reading:
        accesses.keep(here.session)
        _commit(here.session)
        return
    if here.session is not None:
        here.session.flush()  # If anything is pending, this raises instead of losing it in silence.
    if accesses.is_noted():
        abandon()
        with edge().database.writing(caller().tenant) as log:
            accesses.keep(log)


def abandon() -> None:
    """Roll back whatever is not committed, and close the session. Doing it twice is harmless."""
    here = visit()
    unsettled, here.session = here.session, None
    if unsettled is not None:
        unsettled.close()


def _commit(unsettled: Session) -> None:
    try:
        unsettled.commit()
    except BaseException:
        # SQLite keeps a transaction open, with its write lock, whose COMMIT failed; SQLAlchemy takes it for ended and
        # would hand the connection to the next request. PostgreSQL loses nothing but a connection.
        unsettled.invalidate()
        raise


def _hold_to_reading(fresh: Session) -> None:
    # The option makes SQLite begin without its write lock; the two listeners say so when a view writes all the same.
    fresh.connection(execution_options={"reading": True})
    event.listen(fresh, "before_flush", _refuse_flush)
    event.listen(fresh, "do_orm_execute", _refuse_statement)


def _refuse_flush(*_: Any) -> None:
    raise RuntimeError("A request that only reads tried to write. Mark its view with shared.web.work.writes.")


def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse_flush()
