"""What a consumer writes beside the effect of an event: that it was handled, and where reading goes on.

Claim, effect and position are one commit in the service's own database, so that an event which is delivered twice
counts once, and a consumer that was overtaken fails instead of writing behind its successor's back.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.database import insert_new
from shared.messaging.log import Place, Record
from shared.plumbing import inbox, partitions, positions, tries
from shared.waiting import is_statement_timeout, is_waiting


class Overtaken(Exception):
    """Somebody else has moved the position: read again from where it stands now."""


class PartitionsAreHeld(Exception):
    """Somebody holds these partitions for long, such as a rebuild: it says nothing about the events that wait."""


def is_not_now(error: BaseException) -> bool:
    """Tell whether a failure says nothing about the event at hand, so that it is repeated and no try counted."""
    return isinstance(error, PartitionsAreHeld) or (is_waiting(error) and not is_statement_timeout(error))


def read_positions(session: Session, log_ids: Mapping[str, str]) -> dict[Place, int]:
    """Give the offset to read next at every place of these logs; a log made anew has none yet."""
    rows = session.execute(select(positions).where(positions.c.topic.in_(log_ids)))
    return {(row.topic, row.partition): row.next_offset for row in rows if log_ids[row.topic] == row.log_id}


def lock_partitions(session: Session, numbers: Iterable[int]) -> None:
    """Lock partition numbers until the commit, in ascending order, against everybody else who handles their events.

    Raises `PartitionsAreHeld` when that takes longer than a statement may.
    """
    wanted = select(partitions.c.number).where(partitions.c.number.in_(set(numbers))).order_by(partitions.c.number)
    try:
        session.execute(wanted.with_for_update()).all()
    except DBAPIError as error:
        if is_statement_timeout(error):
            raise PartitionsAreHeld("The partitions are held by somebody else.") from error
        raise


def begin(session: Session, records: Sequence[Record]) -> dict[Place, int]:
    """Note up to where the records of each place are about to be handled; give where that was noted before.

    A process that is killed amid them leaves this behind. Committed before they are handled; it moves no position.
    """
    first, last = _ends_of(records)
    here = tuple_(positions.c.topic, positions.c.partition).in_(first)
    known = {(row.topic, row.partition): row for row in session.execute(select(positions).where(here))}
    insert = insert_new(positions, session)
    note = insert.on_conflict_do_update(
        index_elements=["topic", "partition"],
        set_={"begun": insert.excluded.begun},
        where=(positions.c.log_id == insert.excluded.log_id) & (positions.c.next_offset == insert.excluded.next_offset),
    )
    rows = [
        _position(first[place], first[place].offset, begun=last[place].offset + 1)
        for place in sorted(first)
        if place in known or first[place].offset == 0
    ]
    if rows:
        session.execute(note, rows)
    return {
        place: row.begun
        for place, row in known.items()
        if row.log_id == first[place].log_id and row.next_offset == first[place].offset < row.begun
    }


def advance(session: Session, records: Sequence[Record]) -> None:
    """Move the positions over these records, which stand without holes at each place. Raises `Overtaken`."""
    first, last = _ends_of(records)
    for place in sorted(first):
        if not _moved(session, first[place], last[place].offset + 1):
            raise Overtaken(f"{place} does not stand at {first[place].offset}.")


def claim(session: Session, events: Iterable[UUID], state: str = "done") -> set[UUID]:
    """Note events as handled; give those that were not noted before."""
    rows = [{"event_id": one, "state": state} for one in sorted(set(events))]
    if not rows:
        return set()
    insert = insert_new(inbox, session).on_conflict_do_nothing().returning(inbox.c.event_id)
    return set(session.scalars(insert, rows))


def put_state(session: Session, event: UUID, state: str) -> None:
    """Note that an event is now done, dead, parked or discarded."""
    insert = insert_new(inbox, session)
    session.execute(
        insert.on_conflict_do_update(index_elements=["event_id"], set_={"state": state}),
        {"event_id": event, "state": state},
    )


def count_try(session: Session, event: UUID) -> int:
    """Count one more try of an event; give the count. It is committed before the event runs alone."""
    insert = insert_new(tries, session)
    counted = insert.on_conflict_do_update(index_elements=["event_id"], set_={"count": tries.c.count + 1})
    return int(session.execute(counted.returning(tries.c.count), {"event_id": event, "count": 1}).scalar_one())


def take_back_try(session: Session, event: UUID) -> None:
    """Count one try less: the last one had no outcome."""
    session.execute(update(tries).where(tries.c.event_id == event).values(count=tries.c.count - 1))


def forget_tries(session: Session, event: UUID) -> None:
    session.execute(delete(tries).where(tries.c.event_id == event))


def _ends_of(records: Sequence[Record]) -> tuple[dict[Place, Record], dict[Place, Record]]:
    """Give the first and the last record of each place."""
    first: dict[Place, Record] = {}
    last: dict[Place, Record] = {}
    for record in records:
        first.setdefault(record.place, record)
        last[record.place] = record
    return first, last


def _position(record: Record, next_offset: int, *, begun: int = 0) -> dict[str, Any]:
    place = {"topic": record.topic, "partition": record.partition, "log_id": record.log_id}
    return {**place, "next_offset": next_offset, "begun": begun}


def _moved(session: Session, record: Record, to: int) -> bool:
    here = (positions.c.topic == record.topic) & (positions.c.partition == record.partition)
    expected = here & (positions.c.log_id == record.log_id) & (positions.c.next_offset == record.offset)
    moved = update(positions).where(expected).values(next_offset=to).returning(positions.c.next_offset)
    if session.execute(moved).first() is not None:
        return True
    return record.offset == 0 and _started(session, record, to)


def _started(session: Session, record: Record, to: int) -> bool:
    """Begin a place that was never read, or whose log was made anew."""
    insert = insert_new(positions, session)
    act = insert.on_conflict_do_update(
        index_elements=["topic", "partition"],
        set_={one: insert.excluded[one] for one in ("log_id", "next_offset", "begun")},
        where=positions.c.log_id != insert.excluded.log_id,
    )
    return session.execute(act.returning(positions.c.next_offset), _position(record, to)).first() is not None
