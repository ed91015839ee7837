"""What was done by operating and administering: one chain of acts in each service, in which every link seals the last.

An act is written in the transaction that does it, as its last statement, so that acts are in the order of their
commits and nothing else waits for them. Whoever changes, removes or slips in a row breaks the chain; whoever cuts off
its end is found out by a head that was remembered elsewhere: every head is logged.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session, SessionTransaction

from shared import clock
from shared.database import insert_new
from shared.logging import correlation_id, log
from shared.plumbing import audit, audit_head

logger = log(__name__)

GENESIS = "0" * 64
"""What the first link names as the one before it."""

Detail = str | int | bool | None
"""What may be said of an act: codes, ids and counts, and never a name or a text that somebody typed."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a person or machine by its id, or nobody in particular (`command line`, `process`)."""

    id: UUID | None
    role: str


COMMAND_LINE = Actor(None, "command line")
_PROCESS = Actor(None, "process")
_acting: ContextVar[Actor] = ContextVar("acting", default=_PROCESS)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let acts within a block be those of an actor."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def note(session: Session, *, act: str, subject: str, tenant: UUID, **details: Detail | UUID) -> None:
    """Note an act of the transaction at hand: `act="letter.discarded", subject="event/<id>"`, and in whose tenant.

    It is kept for ever and holds no personal data: an erased person's id leads nowhere.
    """
    actor = _acting.get()
    said = {name: str(value) if isinstance(value, UUID) else value for name, value in details.items()}
    row = {
        "at": clock.now(),
        "tenant": tenant,
        "actor": actor.id,
        "role": actor.role,
        "act": act,
        "subject": subject,
        "details": json.dumps(said, sort_keys=True),
        "correlation": correlation_id()[:60],
    }
    session.info.setdefault("acts", []).append((session.get_nested_transaction(), row))


def seal(row: Mapping[str, Any] | RowMapping) -> str:
    """Give the hash of a row: SHA-256, in 64 hexadecimal digits, of its other columns in their order, as JSON."""
    return hashlib.sha256(json.dumps([_said(row[name]) for name in _SEALED]).encode()).hexdigest()


_SEALED = [column.name for column in audit.columns if column.name != "hash"]


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found: how many acts hold, the last one's hash, and the first fault, if any."""

    acts: int
    head: str
    fault: str = ""


def verify(session: Session, *, remembered: str = "") -> Verdict:
    """Walk along the chain from its start; `remembered` is a head seen earlier, which must be one of its links.

    The session sees the rows of every tenant.
    """
    head = session.execute(select(audit_head)).one_or_none()
    count, last = (head.length, head.hash) if head else (0, GENESIS)
    walked, previous, met = 0, GENESIS, remembered in ("", GENESIS)
    wanted = select(audit).order_by(audit.c.position).execution_options(yield_per=1000)
    with session.execute(wanted) as rows:
        for row in rows.mappings():
            if fault := _fault(row, walked + 1, previous):
                return Verdict(walked, previous, fault)
            walked, previous = walked + 1, row["hash"]
            met = met or previous == remembered
    if (walked, previous) != (count, last):
        return Verdict(walked, previous, f"The chain ends after {walked} acts; {count} were noted.")
    if not met:
        return Verdict(walked, previous, "The remembered head is no link: the end was cut off or rewritten.")
    return Verdict(walked, previous)


def newest(session: Session, most: int) -> list[dict[str, Any]]:
    """Give the newest acts, the last one last."""
    wanted = select(audit).order_by(audit.c.position.desc()).limit(most)
    return [dict(row) for row in session.execute(wanted).mappings()][::-1]


def _fault(row: RowMapping, position: int, previous: str) -> str:
    if row["position"] != position:
        return f"Act {position} is missing."
    if row["previous"] != previous:
        return f"Act {position} does not follow the one before it."
    return "" if row["hash"] == seal(row) else f"Act {position} was changed."


@hooks.listens_for(Session, "before_commit")
def _write_acts(session: Session) -> None:
    """Write what was noted. The head is the last lock that a transaction takes, so that nobody deadlocks over it."""
    acts = session.info.pop("acts", [])
    if not acts:
        return
    count, previous = _hold_head(session)
    rows = []
    for _, row in acts:
        count += 1
        linked = {**row, "position": count, "previous": previous}
        previous = seal(linked)
        rows.append({**linked, "hash": previous})
    session.execute(insert(audit), rows)
    session.execute(update(audit_head).values(length=count, hash=previous))
    for row in rows:
        logger.info("act noted", act=row["act"], subject=row["subject"], position=row["position"], head=row["hash"])


@hooks.listens_for(Session, "after_soft_rollback")
def _drop_acts(session: Session, undone: SessionTransaction) -> None:
    if acts := session.info.pop("acts", []):
        session.info["acts"] = [] if undone.parent is None else [one for one in acts if one[0] is not undone]


def _hold_head(session: Session) -> tuple[int, str]:
    """Lock the end of the chain until the commit; give how long the chain is, and its last hash."""
    begun = insert_new(audit_head, session).on_conflict_do_nothing()
    session.execute(begun, {"name": "chain", "length": 0, "hash": GENESIS})
    row = session.execute(select(audit_head).with_for_update()).one()
    return row.length, row.hash
