"""What an operator does with the flow of events: replay, discard, republish, backfill, and look."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared import audit
from shared.database import Database
from shared.errors import Conflict, LogUnavailable
from shared.events import BrokenPayload, Event, Letter, registry
from shared.ids import NATIONAL
from shared.logging import log
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.lines import release
from shared.messaging.log import EventLog, Place, Record
from shared.messaging.mending import Reason, ask_for_replay, give_up
from shared.messaging.relay import lead, publish_to, unpublished_count
from shared.plumbing import letters as letter_table
from shared.plumbing import outbox, positions
from shared.service import Service

logger = log(__name__)


class TopicIsNotEmpty(Conflict):
    """Republishing fills an empty topic; this one holds events already."""


def replay(service: Service, database: Database, event_id: UUID) -> int:
    """Handle a dead event again, then what is parked behind it; give how many were handled.

    Raises `ReplayFailed` when one fails: it is dead then, and the rest of the line goes on waiting.
    """
    with database.writing() as session:
        letter = ask_for_replay(session, event_id)
    return release(service, database, letter.key)


def discard(service: Service, database: Database, event_id: UUID, *, reason: Reason, ticket: str = "") -> int:
    """Give a dead event up for good, then handle what is parked behind it; give how many were handled."""
    with database.writing() as session:
        letter = give_up(session, event_id, reason=reason, ticket=ticket)
    return release(service, database, letter.key)


def republish(service: Service, database: Database, log: EventLog) -> int:
    """Let the relay publish the whole outbox again, in its order, before newer events; give the number of events.

    For a log that was lost. Raises `TopicIsNotEmpty`.
    """
    with database.writing() as session:
        lead(session)  # Before there is a topic, so that the relay can't be the first to use it.
        log.ensure([service.topic])
        if any(log.ends([service.topic]).values()):
            raise TopicIsNotEmpty(f"{service.topic} holds events already; nothing was done.", topic=service.topic)
        publish_to(session, log.ids([service.topic])[service.topic])
        session.execute(update(outbox).values(published_at=None))
        audit.note(session, act="events.republished", subject=f"service/{service.name}", tenant=NATIONAL)
        return unpublished_count(session)


def backfill(service: Service, database: Database, log: EventLog, event_type: str) -> int:
    """Handle the past events of a type that the service subscribed to late; give how many were handled.

    They are taken like those that a consumer reads: what fails is dead, and what stands behind a dead one parks.
    """
    kind = registry.get(event_type)
    if kind not in service.hears:
        raise Conflict(f"{service.name} does not listen to {event_type}.", type=event_type)
    with database.writing() as session:
        end = current_positions(session, log, service.topics)
        details = {"type": event_type}
        audit.note(session, act="events.backfilled", subject=f"service/{service.name}", tenant=NATIONAL, **details)
    late = Consumer(_hearing_only(service, kind), database, log, advance=_stay)
    for records in log.scan({}, end):
        late.handle(records)
    return late.handled


def status(service: Service, database: Database, log: EventLog) -> dict[str, Any]:
    """Say how the flow of events stands: outbox, lag by topic, dead, due and parked.

    `lag` is None and `log` says why where the log does not answer: the rest is asked for most while it is away.
    """
    with database.reading() as session:
        oldest = session.scalar(select(func.min(outbox.c.recorded_at)).where(outbox.c.published_at.is_(None)))
        counted = select(letter_table.c.state, func.count()).group_by(letter_table.c.state)
        states = {str(state): int(count) for state, count in session.execute(counted)}
        waiting = unpublished_count(session)
    return {
        "service": service.name,
        "outbox": {"waiting": waiting, "oldest": oldest and oldest.isoformat()},
        **_lag(service, database, log),
        "dead": states.get("dead", 0),
        "due": states.get("due", 0),
        "parked": states.get("parked", 0),
    }


def _lag(service: Service, database: Database, log: EventLog) -> dict[str, Any]:
    if not service.topics:
        return {"lag": {}}
    try:
        ends, ids = log.ends(service.topics), log.ids(service.topics)
    except LogUnavailable as away:
        return {"lag": None, "log": str(away)}
    with database.reading() as session:
        done = inbox.read_positions(session, ids)
    behind = {
        topic: sum(end - done.get(place, 0) for place, end in ends.items() if place[0] == topic)
        for topic in service.topics
    }
    return {"lag": behind}


class LogWasMadeAnew(Conflict):
    """The positions are of another log than the one that is there: republish, and let the consumers catch up."""


def current_positions(session: Session, log: EventLog, topics: tuple[str, ...]) -> dict[Place, int]:
    """Give the live positions, of the log that is there. Raises `LogWasMadeAnew`."""
    ids = log.ids(topics)
    rows = session.execute(select(positions).where(positions.c.topic.in_(topics))).all()
    if any(ids.get(row.topic) != row.log_id for row in rows):
        raise LogWasMadeAnew("The log was made anew since these events were read; republish it first.")
    return {(row.topic, row.partition): row.next_offset for row in rows}


def read_wanted(records: list[Record], wanted: frozenset[type[Event]]) -> Iterator[tuple[Record, Event]]:
    """Give the events of these types; what can't be read was buried or skipped when it came."""
    for record in records:
        try:
            letter = Letter.open(record.body)
            if registry.get(letter.type) in wanted:
                yield record, letter.event()
        except BrokenPayload:
            continue


def _hearing_only(service: Service, kind: type[Event]) -> Service:
    projects = {one: act for one, act in service.projects.items() if one is kind}
    reacts = {one: act for one, act in service.reacts.items() if one is kind}
    return replace(service, projects=projects, reacts=reacts)


def _stay(_session: Session, _records: Sequence[Record]) -> None:
    """Leave the positions where they are: these records stand before them."""
