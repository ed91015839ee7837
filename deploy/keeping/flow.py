"""Fills an empty event log from restored outboxes, and handles what the services had not handled yet.

The log is a new one, so that every service reads it from its start; what it had handled before the backup, its inbox
knows. No timer and no errand is called here: the suite does that once it runs.
"""

from collections.abc import Sequence

from deploy.keeping.databases import Kept
from deploy.keeping.moment import Say
from shared.errors import Conflict
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.log import EventLog
from shared.messaging.operations import republish
from shared.messaging.rebuild import verify
from shared.messaging.relay import Relay


class LogIsNotEmpty(Conflict):
    """The event log holds events that the restored outboxes may not know."""


def require_empty(kept: Sequence[Kept], log: EventLog) -> None:
    """Do nothing where the log has no event. Raises `LogIsNotEmpty`."""
    topics = [one.service.topic for one in kept]
    log.ensure(topics)
    if full := sorted({topic for (topic, _), end in log.ends(topics).items() if end}):
        raise LogIsNotEmpty(
            f"The event log holds events on {', '.join(full)}, and a backup is restored into an empty one: set "
            "WIYATA_KAFKA to a new broker or delete these topics; --replace throws away an embedded log."
        )


def flow_again(kept: Sequence[Kept], log: EventLog, *, tries: int, say: Say) -> None:
    """Publish every outbox anew, and let each service handle what it has not, until nothing is left."""
    count = sum(republish(one.service, one.database, log) for one in kept)
    say(f"{count} events are published again.")
    relays = [Relay(one.service, one.database, log) for one in kept]
    consumers = [Consumer(one.service, one.database, log, tries=tries) for one in kept if one.service.hears]
    while sum(_publish(relay) for relay in relays):
        for one, consumer in zip([one for one in kept if one.service.hears], consumers, strict=True):
            _read(one, consumer, log)
    say(f"{sum(one.handled for one in consumers)} of them were new to a service that hears them.")


def differences(kept: Sequence[Kept], log: EventLog, say: Say) -> int:
    """Compare the projections of every service with a fold of the whole log; give the number of differences."""
    count = 0
    for one in kept:
        if one.service.projections():
            found = verify(one.service, one.database, log)
            for line in found:
                say(line)
            say(f"{one.service.name}: {len(found)} differences" if found else f"{one.service.name}: identical")
            count += len(found)
    return count


def _publish(relay: Relay) -> int:
    published = 0
    while count := relay.step():
        published += count
    return published


def _read(one: Kept, consumer: Consumer, log: EventLog) -> None:
    """Handle what stands between the service's positions and the ends of its topics."""
    ids, ends = log.ids(one.service.topics), log.ends(one.service.topics)
    with one.database.reading() as session:
        done = inbox.read_positions(session, ids)
    for records in log.scan(done, ends):
        if records:
            consumer.handle(records)
