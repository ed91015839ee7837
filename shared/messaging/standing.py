"""How the flow of events stands, read when somebody asks for it on `/metrics`: outbox, letters, lag of each partition.

Figures that are kept between questions would go stale where they matter most: while the log is away, and after a
partition has gone to another consumer.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import clock
from shared.database import Database
from shared.logging import log
from shared.messaging.letters import OPEN
from shared.messaging.log import Place
from shared.plumbing import letters, outbox

logger = log(__name__)

Lag = Callable[[], Mapping[Place, int]]
"""Gives how many events wait at each place that a consumer owns at present."""


class Standing(Collector):
    """What the relays and consumers of this process show."""

    def __init__(self) -> None:
        self._relays: dict[str, Database] = {}
        self._consumers: dict[str, Lag] = {}

    @contextmanager
    def relaying(self, service: str, database: Database) -> Iterator[None]:
        """Show the outbox and the open letters of a service during a block."""
        self._relays[service] = database
        try:
            yield
        finally:
            self._relays.pop(service, None)

    @contextmanager
    def consuming(self, service: str, lag: Lag) -> Iterator[None]:
        """Show the lag of a service's consumer during a block."""
        self._consumers[service] = lag
        try:
            yield
        finally:
            self._consumers.pop(service, None)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Give the families without their samples, so that no other collector takes their names."""
        yield from _families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask each database and consumer. A database that does not answer has no samples."""
        depth, oldest, kept, behind = families = _families()
        for service, database in list(self._relays.items()):
            try:
                with database.reading() as session:
                    _add_outbox(session, service, depth, oldest)
                    _add_letters(session, service, kept)
            except DBAPIError as error:
                logger.warning("figures not read", service=service, error=type(error).__name__)
        for service, lag in list(self._consumers.items()):
            for (topic, partition), count in lag().items():
                behind.add_metric([service, topic, str(partition)], count)
        yield from families


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily("wiyata_outbox_events", "Events that are not published yet.", labels=["service"]),
        GaugeMetricFamily(
            "wiyata_outbox_oldest_seconds", "Age of the oldest event that is not published.", labels=["service"]
        ),
        GaugeMetricFamily(
            "wiyata_letters",
            "Events that are dead, parked behind a dead one, or due again.",
            labels=["service", "state"],
        ),
        GaugeMetricFamily(
            "wiyata_consumer_lag_events",
            "Events on a partition that its consumer has not read.",
            labels=["service", "topic", "partition"],
        ),
    )


def _add_outbox(session: Session, service: str, depth: GaugeMetricFamily, oldest: GaugeMetricFamily) -> None:
    waits = outbox.c.published_at.is_(None)
    first = select(outbox.c.recorded_at).where(waits).order_by(outbox.c.position).limit(1)
    count = session.scalar(select(func.count()).select_from(outbox).where(waits)) or 0
    since = session.execute(first).scalar()
    depth.add_metric([service], count)
    oldest.add_metric([service], max(0.0, (clock.now() - since).total_seconds()) if since else 0.0)


def _add_letters(session: Session, service: str, kept: GaugeMetricFamily) -> None:
    counted = select(letters.c.state, func.count()).where(letters.c.state.in_(OPEN)).group_by(letters.c.state)
    found = {str(state): int(count) for state, count in session.execute(counted)}
    for state in OPEN:
        kept.add_metric([service, state], found.get(state, 0))


standing = Standing()
REGISTRY.register(standing)  # At the end, because this asks for the names of the families.
