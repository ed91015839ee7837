"""Dead letters: events that could not be handled, and their successors that wait behind them.

A line is a key's events across topics, in this service. Once an event of a line is dead, later ones park behind it in
order until it is replayed or discarded: one bad event blocks one person's line and never a partition. A letter is
`dead`; `due` once somebody wants it handled again; `parked` behind another one; in the end `replayed` or `discarded`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import Conflict, NotFound
from shared.messaging.inbox import put_state
from shared.plumbing import letters

REASON = 200
OPEN = ("dead", "due", "parked")
STATES = (*OPEN, "replayed", "discarded")


class LetterNotFound(NotFound):
    """There is no such dead letter."""


class LetterIsNotNext(Conflict):
    """The event waits behind another one of its line, or was replayed or discarded already."""


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """An event as it came, for a letter: `tenant` is None where the envelope can't be read."""

    event_id: UUID
    tenant: UUID | None
    type: str
    key: str
    partition: int
    body: str


def bury(session: Session, undelivered: Undelivered, *, reason: str, trace: str = "", tries: int = 0) -> None:
    """Keep an event as a dead letter, with the reason in a sentence, the trace of the failure, and the tries it had."""
    _keep(session, undelivered, "dead", reason, trace, tries)


def park(session: Session, undelivered: Undelivered) -> None:
    """Keep an event behind a dead one of its line."""
    _keep(session, undelivered, "parked", "Waits behind a dead letter of its line.")


def blocked_lines(session: Session, keys: Iterable[str]) -> set[str]:
    """Give those of the keys whose line is blocked: by a dead letter, or by parked ones whose turn has not come."""
    wanted = select(letters.c.key).where(letters.c.key.in_(set(keys)), letters.c.state.in_(OPEN))
    return set(session.scalars(wanted.distinct()))


def left_out(session: Session) -> set[UUID]:
    """Give the events that live never handled: dead, parked and discarded ones. A rebuild leaves them out too."""
    return set(session.scalars(select(letters.c.event_id).where(letters.c.state.in_((*OPEN, "discarded")))))


def open_letter(session: Session, event_id: UUID) -> Undelivered:
    """Give the letter at the head of its line. Raises `LetterNotFound` or `LetterIsNotNext`."""
    row = session.execute(select(letters).where(letters.c.event_id == event_id)).one_or_none()
    if row is None:
        raise LetterNotFound("There is no letter of this event.", event=str(event_id))
    first = next_of_line(session, row.key)
    if first is None or first.event_id != event_id:
        raise LetterIsNotNext(f"This event is {row.state}; another one of its line comes first, or none is left.")
    return first


def next_of_line(session: Session, key: str) -> Undelivered | None:
    """Give the letter whose turn it is in a line: the one that came first."""
    wanted = select(letters).where(letters.c.key == key, letters.c.state.in_(OPEN)).order_by(letters.c.position)
    row = session.execute(wanted.limit(1)).one_or_none()
    return None if row is None else undelivered(row)


def left_lines(session: Session, partitions: Collection[int]) -> list[str]:
    """Give the lines on partitions whose head is due, or parked behind nothing: who let them go on was stopped."""
    here = letters.c.partition.in_(partitions)
    heads = select(func.min(letters.c.position)).where(letters.c.state.in_(OPEN), here).group_by(letters.c.key)
    return list(session.scalars(select(letters.c.key).where(letters.c.position.in_(heads), letters.c.state != "dead")))


def state_of(session: Session, event_id: UUID) -> str:
    """Give the state of a letter that is there."""
    return str(session.execute(select(letters.c.state).where(letters.c.event_id == event_id)).scalar_one())


def make_due(session: Session, event_id: UUID) -> None:
    """Note that the letter at the head of its line is to be handled again."""
    act = update(letters).where(letters.c.event_id == event_id)
    session.execute(act.values(state="due", reason="Is to be handled again."))
    put_state(session, event_id, "due")


def settle(session: Session, event_id: UUID, state: str) -> None:
    """Note that a letter was replayed (its event is done) or discarded."""
    session.execute(update(letters).where(letters.c.event_id == event_id).values(state=state))
    put_state(session, event_id, "done" if state == "replayed" else state)


def clear_line(session: Session, key: str) -> int:
    """Discard every open letter of a line, because an event came that makes them void; give their number."""
    wanted = select(letters.c.event_id).where(letters.c.key == key, letters.c.state.in_(OPEN))
    void = list(session.scalars(wanted.order_by(letters.c.event_id)))
    for event_id in void:
        settle(session, event_id, "discarded")
    return len(void)


def mark_dead(session: Session, event_id: UUID, *, reason: str, trace: str = "") -> None:
    """Note that a letter failed when its turn came."""
    act = update(letters).where(letters.c.event_id == event_id)
    failed = {"state": "dead", "reason": storable(reason)[:REASON], "trace": trace}
    session.execute(act.values(**failed, tries=letters.c.tries + 1))
    put_state(session, event_id, "dead")


def listed(session: Session) -> list[dict[str, object]]:
    """List the open letters, line by line, without their bodies."""
    columns = [column for column in letters.c if column.name not in ("body", "trace")]
    wanted = select(*columns).where(letters.c.state.in_(OPEN)).order_by(letters.c.key, letters.c.position)
    return [dict(row) for row in session.execute(wanted).mappings()]


def undelivered(row: object) -> Undelivered:
    """Give the event of a row of letters."""
    return Undelivered(**{name: getattr(row, name) for name in Undelivered.__dataclass_fields__})


def storable(text: str) -> str:
    """Write out what PostgreSQL can't keep in a text: the character NUL, and half of a surrogate pair."""
    return text.replace("\x00", "\\x00").encode(errors="backslashreplace").decode()


def _keep(session: Session, undelivered: Undelivered, state: str, reason: str, trace: str = "", tries: int = 0) -> None:
    put_state(session, undelivered.event_id, state)
    session.execute(
        insert(letters).values(
            event_id=undelivered.event_id,
            tenant=undelivered.tenant,
            type=undelivered.type,
            key=undelivered.key,
            partition=undelivered.partition,
            state=state,
            reason=storable(reason)[:REASON],
            tries=tries,
            trace=trace,
            body=undelivered.body,
            at=clock.now(),
        )
    )
