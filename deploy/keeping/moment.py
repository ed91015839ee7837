"""Finds the one moment of a backup: nothing is published or handled while every database is held fast.

What a service has handled was published, and what was published stands in its publisher's outbox: so no database of a
backup knows of an event that another one lacks, however much had still to be published or handled at that moment.
Where nothing had, the figures of the backup are those that were seen. Requests are answered all the while.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep

from deploy.keeping.databases import Kept
from shared.errors import LogUnavailable
from shared.messaging import inbox
from shared.messaging.log import EventLog
from shared.messaging.operations import status
from shared.messaging.relay import lead
from shared.plumbing import PARTITIONS

PAUSE = 0.1

Behind = Mapping[str, int]
"""How many published events each service has still to handle."""

Say = Callable[[str], None]


@contextmanager
def at_rest(kept: Sequence[Kept], log: EventLog, *, patience: float, say: Say) -> Iterator[Behind]:
    """Hold every relay and consumer for the block, at a moment without lag if one comes within `patience` seconds.

    Give how many events each service is behind, which are those that it will handle after a restore.
    """
    log.ensure([one.service.topic for one in kept])
    half_way, give_up = monotonic() + patience / 2, monotonic() + patience
    waiting = _Waiting(kept, log, say)
    while True:
        waiting.until(lambda: not any(waiting.unsettled().values()), half_way)
        with ExitStack() as held:
            sessions = [held.enter_context(one.database.writing()) for one in kept]
            for session in sessions:
                lead(session)
            if not any(one.database.is_sqlite for one in kept):  # There a held relay holds its consumer as well.
                waiting.until(lambda: not any(waiting.behind().values()), give_up)
            for session in sessions:
                inbox.lock_partitions(session, range(PARTITIONS))
            behind = waiting.behind()
            if not any(behind.values()) or monotonic() > give_up:
                yield behind
                return
        sleep(PAUSE)


class _Waiting:
    """Asks how the events flow, and tells of it while somebody waits."""

    def __init__(self, kept: Sequence[Kept], log: EventLog, say: Say) -> None:
        self._kept, self._log, self._say = kept, log, say
        self._told = ""

    def behind(self) -> dict[str, int]:
        """Count the published events that each service has not handled."""
        return {name: sum(flow["lag"].values()) for name, flow in self._flows()}

    def unsettled(self) -> dict[str, int]:
        """Count those and the ones that each service has not published."""
        return {name: sum(flow["lag"].values()) + flow["outbox"]["waiting"] for name, flow in self._flows()}

    def until(self, holds: Callable[[], bool], give_up: float) -> None:
        while not holds() and monotonic() < give_up:
            sleep(PAUSE)

    def _flows(self) -> list[tuple[str, dict[str, dict[str, int]]]]:
        flows = [(one.service.name, status(one.service, one.database, self._log)) for one in self._kept]
        for _, flow in flows:
            if flow["lag"] is None:
                raise LogUnavailable(str(flow["log"]))
        told = ", ".join(
            f"{name} ({flow['outbox']['waiting']} to publish, {sum(flow['lag'].values())} to handle)"
            for name, flow in flows
            if flow["outbox"]["waiting"] or any(flow["lag"].values())
        )
        if told not in ("", self._told):
            self._say(f"Waiting for {told}.")
            self._told = told
        return flows
