"""The event log in one SQLite file, for a whole suite in one process: no broker, the same promises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from shared.database import Database, insert_new
from shared.errors import LogUnavailable
from shared.ids import new_id
from shared.messaging.doorbell import bell
from shared.messaging.log import Message, Place, Positions, Record
from shared.plumbing import PARTITIONS
from shared.waiting import is_waiting

_metadata = MetaData()

_topics = Table(
    "topics", _metadata, Column("name", String(120), primary_key=True), Column("id", String(60), nullable=False)
)

_ends = Table(
    "ends",
    _metadata,
    Column("topic", String(120), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)

_records = Table(
    "records",
    _metadata,
    Column("serial", Integer, primary_key=True),
    Column("topic", String(120), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("topic", "partition", "offset"),
)

BATCH = 500


class EmbeddedLog:
    """An `EventLog` in a file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(f"sqlite:///{path}")
        self._bell = bell(str(path))
        with self._database.writing() as session:
            _metadata.create_all(session.connection())

    def ensure(self, topics: Sequence[str]) -> None:
        with self._database.writing() as session:
            make_topic = insert_new(_topics, session).on_conflict_do_nothing()
            make_end = insert_new(_ends, session).on_conflict_do_nothing()
            for topic in topics:
                session.execute(make_topic, {"name": topic, "id": str(new_id())})
                session.execute(
                    make_end, [{"topic": topic, "partition": number, "next_offset": 0} for number in range(PARTITIONS)]
                )

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if not messages:
            return
        try:
            with self._database.writing() as session:
                self._write(session, topic, messages)
        except Exception as error:
            if is_waiting(error):
                raise LogUnavailable("The event log's file is locked.") from error
            raise
        self._bell.ring()

    def reader(self, *, group: str, topics: Sequence[str], member: str, positions: Positions) -> "EmbeddedReader":  # noqa: ARG002
        self.ensure(topics)
        return EmbeddedReader(self, topics, positions)

    def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        with self._database.reading() as session:
            rows = session.execute(select(_ends).where(_ends.c.topic.in_(topics)))
            return {(row.topic, row.partition): row.next_offset for row in rows}

    def ids(self, topics: Sequence[str]) -> dict[str, str]:
        with self._database.reading() as session:
            rows = session.execute(select(_topics).where(_topics.c.name.in_(topics)))
            return {row.name: row.id for row in rows}

    def scan(self, start: Mapping[Place, int], end: Mapping[Place, int]) -> Iterator[list[Record]]:
        ids, there = self.ids([topic for topic, _ in end]), self.ends([topic for topic, _ in end])
        for place in [one for one, stop in end.items() if there.get(one, 0) < stop]:
            raise LogUnavailable(f"The log no longer holds {place} up to {end[place]}: make it anew and republish.")
        serial = self.serial_of({place: start.get(place, 0) for place in end})
        while rows := self.after(serial, [topic for topic, _ in end]):
            serial = rows[-1].serial
            yield [
                _record(row, ids[row.topic])
                for row in rows
                if start.get((row.topic, row.partition), 0) <= row.offset < end.get((row.topic, row.partition), 0)
            ]

    def close(self) -> None:
        self._database.close()

    def serial_of(self, positions: Mapping[Place, int]) -> int:
        """Give the serial number before which nothing stands at or behind these positions."""
        with self._database.reading() as session:
            first = [
                session.scalar(
                    select(func.min(_records.c.serial)).where(
                        _records.c.topic == topic, _records.c.partition == number, _records.c.offset >= offset
                    )
                )
                for (topic, number), offset in positions.items()
            ]
            newest = session.scalar(select(func.coalesce(func.max(_records.c.serial), 0))) or 0
        return min((serial - 1 for serial in first if serial is not None), default=newest)

    def after(self, serial: int, topics: Iterable[str]) -> Sequence[Any]:
        """Give up to a batch of rows after a serial number."""
        with self._database.reading() as session:
            wanted = select(_records).where(_records.c.serial > serial, _records.c.topic.in_(set(topics)))
            return session.execute(wanted.order_by(_records.c.serial).limit(BATCH)).all()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait for something to be published in this process."""
        return self._bell.wait(heard, seconds)

    @property
    def rings(self) -> int:
        return self._bell.rings

    def _write(self, session: Session, topic: str, messages: Sequence[Message]) -> None:
        numbers = sorted({message.partition for message in messages})
        wanted = select(_ends).where(_ends.c.topic == topic, _ends.c.partition.in_(numbers))
        ends = {row.partition: row.next_offset for row in session.execute(wanted)}
        rows = []
        for message in messages:
            rows.append(
                {
                    "topic": topic,
                    "partition": message.partition,
                    "offset": ends[message.partition],
                    "key": message.key,
                    "body": message.body.encode(),
                }
            )
            ends[message.partition] += 1
        session.execute(insert(_records), rows)
        for number in numbers:
            place = (_ends.c.topic == topic) & (_ends.c.partition == number)
            session.execute(update(_ends).where(place).values(next_offset=ends[number]))


class EmbeddedReader:
    """Reads topics of an `EmbeddedLog`; it is the only member of its group."""

    def __init__(self, log: EmbeddedLog, topics: Sequence[str], positions: Positions) -> None:
        self._log, self._topics, self._positions = log, topics, positions
        self._ids: dict[str, str] = {}
        self._next: dict[Place, int] = {}
        self._serial = 0
        self._heard = 0
        self.rewind()

    def poll(self, seconds: float) -> list[Record]:
        rows = self._log.after(self._serial, self._topics)
        if not rows:
            self._heard = self._log.wait(self._heard, seconds)
            rows = self._log.after(self._serial, self._topics)
        if not rows:
            return []
        self._serial = rows[-1].serial
        return [
            self._advance(_record(row, self._ids[row.topic]))
            for row in rows
            if row.offset >= self._next.get((row.topic, row.partition), 0)
        ]

    def rewind(self) -> None:
        self._heard = self._log.rings
        self._ids = self._log.ids(self._topics)
        known = self._positions(self._ids)
        self._next = {
            (topic, number): known.get((topic, number), 0) for topic in self._topics for number in range(PARTITIONS)
        }
        self._serial = self._log.serial_of(self._next)

    def settled(self, records: Sequence[Record]) -> None: ...

    def assigned(self) -> frozenset[Place]:
        return frozenset(self._next)

    def lag(self) -> dict[Place, int]:
        return {place: end - self._next.get(place, 0) for place, end in self._log.ends(self._topics).items()}

    def close(self) -> None: ...

    def _advance(self, record: Record) -> Record:
        self._next[record.place] = record.offset + 1
        return record


def _record(row: Any, log_id: str) -> Record:
    return Record(row.topic, row.partition, row.offset, log_id, row.key, row.body)
