"""What every event has in common: the envelope (CloudEvents 1.0), the registry, and the codec.

An event is a frozen dataclass::

    @dataclass(frozen=True, kw_only=True)
    class CourseWithdrawn(Event, type="wiyata.catalogue.course.withdrawn.v1", about="course"):
        course: UUID

Its marshmallow schema is derived from the annotations, so there is no second list of fields. Optional additions
happen in place, with a default; anything else is a new class with the next version in its type.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from marshmallow import Schema, ValidationError

from shared import clock
from shared.events.schema import schema_of, wire_name
from shared.ids import new_id

ENVELOPE = {"tenant", "id", "time", "sequence", "correlation", "trace_parent"}


class UnknownType(Exception):
    """No event of this type is registered here: a newer publisher says something this program does not know yet."""


class BrokenPayload(Exception):
    """The bytes are no event: not JSON, no envelope, or fields that do not fit the type."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense, with ids and the facts that rules need; never a name, number or text of a person.

    `tenant` is the data subject's. `sequence` counts the events of one aggregate from 1; the outbox gives it, with
    the correlation id of the request at hand. `time` is when the fact happened, in UTC.
    """

    tenant: UUID
    id: UUID = field(default_factory=new_id)
    time: datetime = field(default_factory=clock.now)
    sequence: int = 0
    correlation: str = ""
    trace_parent: str = ""

    type: ClassVar[str]
    about: ClassVar[str]
    key: ClassVar[str]
    clears_line: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        type: str = "",  # noqa: A002
        about: str = "",
        key: str = "",
        clears_line: bool = False,
    ) -> None:
        """Register an event type.

        `about` names the field with the aggregate's id, `key` the one that orders lines. An event that `clears_line`
        makes void whatever of its line could not be handled before it: a listener discards that, and never parks it.
        """
        super().__init_subclass__()
        cls.clears_line = clears_line
        cls.about = about or getattr(cls, "about", "")
        cls.key = key or getattr(cls, "key", "")
        if type:
            if type in registry:
                raise TypeError(f"Two event classes have the type {type}.")
            cls.type = type
            registry[type] = cls

    @property
    def publisher(self) -> str:
        """The service that says it: the second word of the type."""
        return self.type.split(".")[1]

    @property
    def subject(self) -> str:
        """The aggregate: its kind and id, in the tenant."""
        return f"{self.about}/{getattr(self, self.about)}"

    @property
    def partition_key(self) -> str:
        """The person for every event about a learner, else the aggregate in its tenant."""
        return str(getattr(self, self.key)) if self.key else f"{self.tenant}/{self.subject}"

    @classmethod
    def schema(cls) -> Schema:
        """Give the marshmallow schema of the fields beyond the envelope."""
        return _schema(cls)


registry: dict[str, type[Event]] = {}
"""Every event class by its type."""


_schemas: dict[str, Schema] = {}


def _schema(cls: type[Event]) -> Schema:
    if cls.type not in _schemas:  # Building a schema costs far more than using it.
        _schemas[cls.type] = schema_of(cls, leave_out=frozenset(ENVELOPE))
    return _schemas[cls.type]


def encode(event: Event) -> str:
    """Give the event as CloudEvents 1.0 structured JSON."""
    envelope = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"/wiyata/{event.publisher}",
        "type": event.type,
        "subject": event.subject,
        "time": event.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "tenant": str(event.tenant),
        "sequence": event.sequence,
        "partitionkey": event.partition_key,
        "correlationid": event.correlation,
        **({"traceparent": event.trace_parent} if event.trace_parent else {}),
        "data": event.schema().dump(event),
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Letter:
    """An envelope whose payload has not been read yet: enough to decide who wants it."""

    type: str
    envelope: Mapping[str, Any]

    @classmethod
    def open(cls, body: bytes | str) -> Self:
        """Read an envelope. Raises `BrokenPayload` when it is none."""
        try:
            envelope = json.loads(body)
            return cls(str(envelope["type"]), envelope)
        except (ValueError, TypeError, KeyError, RecursionError) as wrong:
            raise BrokenPayload(f"No CloudEvents envelope: {type(wrong).__name__}.") from wrong

    @property
    def event_id(self) -> UUID | None:
        """The event's id, also where the payload can't be read; None where there is none."""
        try:
            return UUID(self.envelope["id"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def event(self) -> Event:
        """Read the payload. Raises `UnknownType` or `BrokenPayload`."""
        cls = registry.get(self.type)
        if cls is None:
            raise UnknownType(self.type)
        try:
            read = cls.schema().load(self.envelope["data"])
            return cls(
                tenant=UUID(self.envelope["tenant"]),
                id=UUID(self.envelope["id"]),
                time=_moment(self.envelope["time"]),
                sequence=int(self.envelope["sequence"]),
                correlation=str(self.envelope.get("correlationid", "")),
                trace_parent=str(self.envelope.get("traceparent", "")),
                **read,
            )
        except ValidationError as wrong:
            raise BrokenPayload(f"{self.type}: {json.dumps(wrong.messages)}") from wrong
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
            raise BrokenPayload(f"{self.type}: {type(wrong).__name__} in the envelope.") from wrong


def decode(body: bytes | str) -> Event:
    """Read an event. Raises `UnknownType` or `BrokenPayload`."""
    return Letter.open(body).event()


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("A moment needs its distance from UTC.")
    return at.astimezone(UTC)


def payload_fields(cls: type[Event]) -> list[str]:
    """Name the fields beyond the envelope, as they stand on the wire."""
    return [wire_name(one.name) for one in fields(cls) if one.name not in ENVELOPE]
