"""`make bench`: measures our paths beside bare programs that do the least, by turns, on this machine, over loopback.

N=30000 in the environment sends more events; the default is chosen so that the whole of it ends in three minutes.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click

from deploy.postgres.server import Server
from tests import backing
from tests.performance import bare, bare_embedded, cold_start, ours
from tests.performance.flow import events_per_second
from tests.performance.relay import Outbox
from tests.performance.story import EVENTS_OF_A_LEARNER
from tests.performance.table import HEAD, Line, machine

EVENTS = 3000
RUNS = 3
SECONDS = 165.0
PREFIX = "bench_"


def main() -> None:
    """Measure everything, and print the table."""
    count = max(1, int(os.environ.get("N") or EVENTS) // EVENTS_OF_A_LEARNER)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wiyata-bench-")))
        server, kafka = _backing(stack)  # Their starts are bounded by themselves; given up amid one, they would stay.
        stack.enter_context(_ending_after(SECONDS * max(1.0, count * EVENTS_OF_A_LEARNER / EVENTS)))
        server.create_databases(PREFIX, ["bare"])
        for said in machine(_plain(server)):
            click.echo(f"- {said}")
        click.echo(f"\n{HEAD}")
        for measure in (_deployed, _embedded, _relays):
            for line in measure(server, kafka, folder, count):
                click.echo(line)
        for line in _starts(folder):
            click.echo(line)


def _deployed(server: Server, kafka: str, folder: Path, count: int) -> Iterator[Line]:
    line = Line("completion → profile, JP, figures: Kafka + PostgreSQL", "events/s", count * EVENTS_OF_A_LEARNER)
    ours.prepare(server, PREFIX)
    bare.prepare(_plain(server), kafka)
    for _ in range(RUNS):
        with bare.running(_plain(server), kafka, folder / "bare.log") as flow:
            line.ceiling.append(events_per_second(flow, count))
        with ours.deployed(server, PREFIX, kafka, folder) as our_flow:
            line.ours.append(events_per_second(our_flow, count))
    yield line


def _embedded(_server: Server, _kafka: str, folder: Path, count: int) -> Iterator[Line]:
    line = Line("the same: embedded log + SQLite, one process", "events/s", count * EVENTS_OF_A_LEARNER)
    for run in range(RUNS):
        line.ceiling.append(_in_a_child(bare_embedded.embedded, folder / f"bare-{run}", count))
        line.ours.append(_in_a_child(ours.embedded, folder / f"ours-{run}", count))
    yield line


def _relays(server: Server, kafka: str, folder: Path, count: int) -> Iterator[Line]:
    outbox = Outbox(server, PREFIX, kafka, folder / "relay.log", 2 * count)
    line = Line("relay alone / kafka-python produces in full batches, lz4", "events/s", len(outbox.messages))
    outbox.relayed()
    outbox.produced()
    for _ in range(RUNS):
        line.ceiling.append(outbox.produced())
        line.ours.append(outbox.relayed())
    outbox.close()
    yield line


def _starts(folder: Path) -> Iterator[Line]:
    seconds = Line("embedded suite serves / its libraries are imported", "s", 1)
    first = Line("the same, first start: it makes its databases", "s", 1)
    memory = Line("memory of its worker / of a process with its libraries", "MiB", 1)
    names = cold_start.libraries()
    for run in range(RUNS):
        place = folder / f"suite-{run}"
        place.mkdir()
        bare_start, fresh, again = cold_start.imports(names), cold_start.suite(place), cold_start.suite(place)
        first.ours.append(fresh.seconds)
        seconds.ours.append(again.seconds)
        memory.ours.append(again.mebibytes)
        for line, value in ((first, bare_start.seconds), (seconds, bare_start.seconds), (memory, bare_start.mebibytes)):
            line.ceiling.append(value)
    yield from (seconds, first, memory)


def _in_a_child(measure: Callable[[Path, int], float], folder: Path, count: int) -> float:
    """Measure in a fresh process, so that neither of two programs finds what the other has loaded."""
    folder.mkdir()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        return child.submit(measure, folder, count).result()


def _backing(stack: ExitStack) -> tuple[Server, str]:
    """Start a PostgreSQL that waits for the disk, and a Kafka broker; both end with the stack."""
    found = []
    starts: dict[str, Callable[[], backing.Backing | None]] = {
        "PostgreSQL": partial(backing.postgres, durable=True),
        "Kafka": backing.kafka,
    }
    for what, start in starts.items():
        backed = start()
        if backed is None:
            sys.exit(f"No {what} could be started here; `make postgres kafka` says what is missing.")
        stack.callback(backed.end)
        found.append(backed.value)
    server, kafka = found
    return server, kafka if isinstance(kafka, str) else kafka.address


def _plain(server: Server) -> str:
    """Give the address of the bare programs' database, as psycopg takes it."""
    return server.url("owner", PREFIX).format(service="bare").replace("+psycopg", "")


@contextmanager
def _ending_after(seconds: float) -> Iterator[None]:
    """Give up when a block takes longer; what it has started ends with it."""

    def give_up(*_: object) -> None:
        sys.exit(f"The bench has not ended after {seconds:.0f} s: this machine is too busy, or N is too large.")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
