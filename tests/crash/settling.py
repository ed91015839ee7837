"""Waits until nothing is under way any more, and then lets nothing begin."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.background import wait_until
from services.embedded import SERVICES
from shared.database import Database
from shared.messaging import operations
from shared.messaging.kafka import KafkaLog
from tests.crash.ground import Ground

SECONDS = 300.0
ROUNDS = 5
"""How often a timer of the suite may say something just when everything is to end."""


class NeverCaughtUp(Exception):
    """Something still waits, long after the last fault; the sentence says what."""


def settle(ground: Ground, since: float) -> float:
    """Wait until all that was said is handled, and end every process; give the seconds that it took since a moment.

    What is rebuilt or recomputed after that stands still. Raises `NeverCaughtUp`.
    """
    took = 0.0
    for _ in range(ROUNDS):
        ground.start()
        with _flow(ground) as flow:
            if not wait_until(lambda: not flow.waiting(), seconds=SECONDS, pause=0.2):
                raise NeverCaughtUp(f"After {SECONDS:.0f} s: {'; '.join(flow.waiting())}.")
            took = took or time.monotonic() - since
            ground.kill_programs()
            if not flow.waiting():
                return took
    raise NeverCaughtUp("Something was said each time that everything was handled.")


class _Flow:
    """The outboxes and lags of all services, looked at from this process."""

    def __init__(self, ground: Ground) -> None:
        self._log = KafkaLog(ground.broker.address)
        self._databases = {one.name: Database(ground.suite.database(one.name)) for one in SERVICES}

    def waiting(self) -> list[str]:
        """Say of each service what it waits for."""
        found = []
        for service in SERVICES:
            stands = operations.status(service, self._databases[service.name], self._log)
            if stands["outbox"]["waiting"] or stands["lag"] is None or any(stands["lag"].values()):
                found.append(f"{service.name}: {stands['outbox']['waiting']} to publish, lag {stands['lag']}")
        return found

    def close(self) -> None:
        self._log.close()
        for database in self._databases.values():
            database.close()


@contextmanager
def _flow(ground: Ground) -> Iterator[_Flow]:
    flow = _Flow(ground)
    try:
        yield flow
    finally:
        flow.close()
