"""What every event log promises, tried on each."""

from collections.abc import Iterator, Mapping

import pytest

from shared.messaging.log import EventLog, Message, Place, Reader, Record
from shared.plumbing import PARTITIONS

TOPIC = "wiyata.contract"


class Memory:
    """Positions kept by a test, as a consumer's database keeps them."""

    def __init__(self) -> None:
        self.kept: dict[Place, int] = {}

    def __call__(self, _ids: Mapping[str, str]) -> Mapping[Place, int]:
        return self.kept

    def note(self, records: list[Record]) -> None:
        for record in records:
            self.kept[record.place] = record.offset + 1


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def reader(log: EventLog, memory: Memory) -> Iterator[Reader]:
    log.ensure([TOPIC])
    opened = log.reader(group="contract", topics=[TOPIC], member="0", positions=memory)
    yield opened
    opened.close()


def messages(count: int, partition: int = 3) -> list[Message]:
    return [Message(partition, "someone", f'{{"n":{number}}}') for number in range(count)]


def read(reader: Reader, count: int) -> list[Record]:
    """Poll until so many records came; an event log that gives none for 30 polls fails the test."""
    found: list[Record] = []
    for _ in range(60):
        found += reader.poll(0.5)
        if len(found) >= count:
            return found
    raise AssertionError(f"{len(found)} of {count} records came.")


def test_what_is_published_is_read_in_order(log: EventLog, reader: Reader) -> None:
    log.publish(TOPIC, messages(300))
    found = read(reader, 300)
    assert [record.body.decode() for record in found] == [one.body for one in messages(300)]
    assert [record.offset for record in found] == list(range(300))
    assert {record.key for record in found} == {"someone"}


def test_the_publisher_chooses_the_partition(log: EventLog, reader: Reader) -> None:
    log.publish(TOPIC, [*messages(2, partition=0), *messages(1, partition=11)])
    assert sorted(record.partition for record in read(reader, 3)) == [0, 0, 11]


def test_a_reader_owns_every_partition_when_it_is_alone(log: EventLog, reader: Reader) -> None:
    log.publish(TOPIC, messages(1))
    read(reader, 1)
    assert reader.assigned() == {(TOPIC, number) for number in range(PARTITIONS)}
    assert not any(reader.lag().values())


def test_a_new_reader_goes_on_from_the_positions(log: EventLog, reader: Reader, memory: Memory) -> None:
    log.publish(TOPIC, messages(5))
    memory.note(read(reader, 5)[:2])
    reader.close()
    successor = log.reader(group="contract", topics=[TOPIC], member="0", positions=memory)
    assert [record.offset for record in read(successor, 3)] == [2, 3, 4]
    successor.close()


def test_a_rewound_reader_reads_again_from_the_positions(log: EventLog, reader: Reader) -> None:
    log.publish(TOPIC, messages(4))
    read(reader, 4)
    reader.rewind()
    assert [record.offset for record in read(reader, 4)] == [0, 1, 2, 3]


def test_making_a_topic_twice_keeps_what_it_holds(log: EventLog) -> None:
    log.ensure([TOPIC])
    log.publish(TOPIC, messages(2))
    log.ensure([TOPIC])
    assert log.ends([TOPIC])[TOPIC, 3] == 2
    assert sum(log.ends([TOPIC]).values()) == 2


def test_a_scan_reads_between_two_positions_outside_any_group(log: EventLog) -> None:
    log.ensure([TOPIC])
    log.publish(TOPIC, messages(1200))
    found = [record.offset for batch in log.scan({(TOPIC, 3): 10}, {(TOPIC, 3): 1100}) for record in batch]
    assert found == list(range(10, 1100))


def test_a_scan_of_nothing_ends(log: EventLog) -> None:
    log.ensure([TOPIC])
    assert [batch for batch in log.scan({}, log.ends([TOPIC])) if batch] == []


def test_a_log_has_an_id_for_each_topic_that_stays(log: EventLog) -> None:
    log.ensure([TOPIC])
    first = log.ids([TOPIC])
    log.publish(TOPIC, messages(1))
    assert log.ids([TOPIC]) == first
    assert first[TOPIC] not in ("", "None")
