"""The event log in Apache Kafka.

Positions are kept in the reader's own database; the offset committed to Kafka only serves lag tools.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from kafka.structs import OffsetAndMetadata

from shared.errors import LogUnavailable
from shared.logging import log
from shared.messaging.log import Message, Place, Positions, Record
from shared.plumbing import PARTITIONS

logger = log(__name__)

NEAR = {"reconnect_backoff_ms": 50, "reconnect_backoff_max_ms": 500, "retry_backoff_ms": 50}
"""After an outage a client is back within half a second; the library's own choice would stay away for 30 s."""

NONE = "None"
"""The id of a topic that a client has not heard of yet."""

TOPIC = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


class KafkaLog:
    """An `EventLog` on a Kafka broker. Clients are made at first use, so that a fork can come before."""

    def __init__(self, servers: str, *, patience: float = 15.0) -> None:
        """`patience` is how many seconds to wait for an answer of the broker before saying `LogUnavailable`."""
        self._servers = servers.split(",")
        self._patience = int(patience * 1000)
        self._producer: Any = None
        self._making = threading.Lock()

    def ensure(self, topics: Sequence[str]) -> None:
        wanted = {topic: {"num_partitions": PARTITIONS, "configs": TOPIC} for topic in topics}
        with self._admin() as admin:
            answer = admin.create_topics(wanted, raise_errors=False, timeout_ms=self._patience)
            made = {one["name"]: for_code(one["error_code"]) for one in answer["topics"]}
            for topic, error in made.items():
                if error.errno not in (0, TopicAlreadyExistsError.errno):
                    raise LogUnavailable(f"The broker did not make {topic}: {error.__name__}.")
            if any(error.errno == 0 for error in made.values()):
                admin.wait_for_topics(list(topics), timeout_ms=self._patience)

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        with _asking():
            producer = self._connected()
            try:
                sent = [
                    producer.send(topic, one.body.encode(), key=one.key.encode(), partition=one.partition)
                    for one in messages
                ]
                producer.flush(timeout=self._patience / 1000)
                for future in sent:
                    future.get(timeout=self._patience / 1000)
            except BaseException:
                self._drop(producer)
                raise

    def reader(self, *, group: str, topics: Sequence[str], member: str, positions: Positions) -> "KafkaReader":
        self.ensure(topics)
        with _asking():
            return KafkaReader(self._servers, group, topics, member, positions)

    def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        with self._looking() as consumer:
            ends = consumer.end_offsets([TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)])
            return {(place.topic, place.partition): end for place, end in ends.items()}

    def ids(self, topics: Sequence[str]) -> dict[str, str]:
        with self._looking() as consumer:
            consumer.assign([TopicPartition(topic, 0) for topic in topics])
            consumer.beginning_offsets([TopicPartition(topic, 0) for topic in topics])
            ids = _ids_of(consumer, topics)
        if missing := [topic for topic, one in ids.items() if one == NONE]:
            raise LogUnavailable(f"The broker does not know {', '.join(missing)}.")
        return ids

    def scan(self, start: Mapping[Place, int], end: Mapping[Place, int]) -> Iterator[list[Record]]:
        left = {place: stop for place, stop in end.items() if stop > start.get(place, 0)}
        if not left:
            return
        topics = sorted({topic for topic, _ in left})
        with self._looking() as consumer:
            consumer.assign([TopicPartition(*place) for place in left])
            _refuse_to_miss(consumer, {place: (start.get(place, 0), stop) for place, stop in left.items()})
            for place in left:
                consumer.seek(TopicPartition(*place), start.get(place, 0))
            deadline = monotonic() + self._patience / 1000
            while left:
                found = consumer.poll(timeout_ms=1000, max_records=1000)
                if found:
                    deadline = monotonic() + self._patience / 1000
                elif monotonic() > deadline:
                    raise LogUnavailable("The broker gives no records.")
                ids = _ids_of(consumer, topics)
                read = [_record(one, ids[one.topic]) for several in found.values() for one in several]
                yield [one for one in read if one.offset < end[one.place]]
                for place in [one for one in left if consumer.position(TopicPartition(*one)) >= end[one]]:
                    del left[place]

    def close(self) -> None:
        if self._producer is not None:
            self._drop(self._producer)

    def _connected(self) -> Any:
        with self._making:
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._servers,
                    bootstrap_timeout_ms=self._patience,
                    linger_ms=0,
                    batch_size=131_072,
                    compression_type="lz4",
                    max_block_ms=self._patience,
                    allow_auto_create_topics=False,
                    **NEAR,
                )
            return self._producer

    def _drop(self, producer: Any) -> None:
        """Let go of a producer and of what it has not sent, which it would send late and in pieces."""
        with self._making:
            if self._producer is producer:
                self._producer = None
        producer._sender.force_close()  # `close` alone gives up where something is left, and goes on sending it.
        with suppress(KafkaError):
            producer.close(timeout=0)

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        with _asking():
            admin = KafkaAdminClient(
                bootstrap_servers=self._servers, bootstrap_timeout_ms=self._patience, request_timeout_ms=30_000, **NEAR
            )
            try:
                yield admin
            finally:
                admin.close()

    @contextmanager
    def _looking(self) -> Iterator[Any]:
        with _asking():
            consumer = KafkaConsumer(
                bootstrap_servers=self._servers,
                bootstrap_timeout_ms=self._patience,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                **NEAR,
            )
            try:
                yield consumer
            finally:
                consumer.close()


class KafkaReader:
    """A static member of a consumer group: restarted under its name, it has its places back within half a second."""

    def __init__(self, servers: Sequence[str], group: str, topics: Sequence[str], member: str, positions: Positions):
        self._topics, self._positions = topics, positions
        self._moved = threading.Event()
        self._ids: dict[str, str] = {}
        self._consumer = KafkaConsumer(
            bootstrap_servers=servers,
            group_id=group,
            group_instance_id=f"{group}-{member}",
            client_id=f"{group}-{member}",
            partition_assignment_strategy=(RangePartitionAssignor,),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metadata_max_age_ms=10_000,
            **NEAR,
        )
        self._consumer.subscribe(list(topics), listener=_Moves(self._moved.set))

    def poll(self, seconds: float) -> list[Record]:
        with _asking():
            found = self._consumer.poll(timeout_ms=int(seconds * 1000))
            ids = _ids_of(self._consumer, self._topics)
            if self._moved.is_set() or ids != self._ids:
                self.rewind()
                return []
            return [_record(one, ids[one.topic]) for several in found.values() for one in several]

    def rewind(self) -> None:
        """Seek on the thread that polls: what was fetched before is refused by the positions' compare-and-set."""
        self._moved.clear()
        try:
            with _asking():
                self._ids = _ids_of(self._consumer, self._topics)
                known = self._positions(self._ids)
                for place in self._consumer.assignment():
                    self._seek(place, known.get((place.topic, place.partition), 0))
        except BaseException:
            self._moved.set()
            raise

    def _seek(self, place: Any, offset: int) -> None:
        try:
            self._consumer.seek(place, offset)
        except ValueError as gone:  # Another thread has taken the place away since it was named.
            raise LogUnavailable(str(gone)) from gone

    def settled(self, records: Sequence[Record]) -> None:
        newest = {
            TopicPartition(one.topic, one.partition): OffsetAndMetadata(one.offset + 1, "", -1) for one in records
        }
        try:
            self._consumer.commit_async(newest)
        except KafkaError:
            logger.debug("offsets not noted")

    def assigned(self) -> frozenset[Place]:
        return frozenset((place.topic, place.partition) for place in self._consumer.assignment())

    def lag(self) -> dict[Place, int]:
        with _asking():
            return {
                (place.topic, place.partition): max(
                    0, (self._consumer.highwater(place) or 0) - (self._consumer.position(place, timeout_ms=0) or 0)
                )
                for place in self._consumer.assignment()
            }

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=2000)


class _Moves(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Notes that places came or went; it runs on another thread, so that it does no more than that."""

    def __init__(self, note: Callable[[], None]) -> None:
        self._note = note

    def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ARG002
        self._note()

    def on_partitions_assigned(self, assigned: Any) -> None:  # noqa: ARG002
        self._note()


@contextmanager
def _asking() -> Iterator[None]:
    """Say `LogUnavailable` when the broker gives no answer."""
    try:
        yield
    except (KafkaError, AssertionError, TimeoutError, OSError) as error:
        raise LogUnavailable(f"The broker does not answer ({str(error) or type(error).__name__}).") from error


def _refuse_to_miss(consumer: Any, wanted: Mapping[Place, tuple[int, int]]) -> None:
    places = [TopicPartition(*place) for place in wanted]
    begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    for place, (start, stop) in wanted.items():
        if not begins[TopicPartition(*place)] <= start < stop <= ends[TopicPartition(*place)]:
            raise LogUnavailable(f"The log no longer holds {place} from {start} to {stop}: make it anew and republish.")


def _ids_of(consumer: Any, topics: Sequence[str]) -> dict[str, str]:
    return {topic: str(consumer._cluster.topic_id(topic) or NONE) for topic in topics}


def _record(one: Any, log_id: str) -> Record:
    return Record(
        one.topic, one.partition, one.offset, log_id, (one.key or b"").decode(errors="replace"), one.value or b""
    )
