"""What a consumer writes beside the effect of an event: that it was handled, and where reading goes on.

Claim, effect and position are one commit in the service's own database, so that an event which is delivered twice
counts once, and a consumer that was overtaken fails instead of writing behind its successor's back.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shared.database import insert_new
from shared.messaging.log import Place, Record
from shared.plumbing import inbox, partitions, positions, tries


class Overtaken(Exception):
    """Somebody else has moved the position: read again from where it stands now."""


def read_positions(session: Session, log_ids: Mapping[str, str]) -> dict[Place, int]:
    """Give the offset to read next at every place of these logs; a log made anew has none yet."""
    rows = session.execute(select(positions).where(positions.c.topic.in_(log_ids)))
    return {(row.topic, row.partition): row.next_offset for row in rows if log_ids[row.topic] == row.log_id}


def lock_partitions(session: Session, numbers: Iterable[int]) -> None:
    """Lock partition numbers until the commit, in ascending order, against everybody else who handles their events."""
    wanted = select(partitions.c.number).where(partitions.c.number.in_(set(numbers))).order_by(partitions.c.number)
    session.execute(wanted.with_for_update()).all()


def advance(session: Session, records: Sequence[Record]) -> None:
    """Move the positions over these records, which stand without holes at each place. Raises `Overtaken`."""
    first: dict[Place, Record] = {}
    last: dict[Place, Record] = {}
    for record in records:
        first.setdefault(record.place, record)
        last[record.place] = record
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


def forget_tries(session: Session, event: UUID) -> None:
    session.execute(delete(tries).where(tries.c.event_id == event))


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
        set_={"log_id": insert.excluded.log_id, "next_offset": insert.excluded.next_offset},
        where=positions.c.log_id != insert.excluded.log_id,
    )
    row = {"topic": record.topic, "partition": record.partition, "log_id": record.log_id, "next_offset": to}
    return session.execute(act.returning(positions.c.next_offset), row).first() is not None
