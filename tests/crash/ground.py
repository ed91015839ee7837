"""What the crash test stands on: a PostgreSQL, a Kafka broker and every process of the suite, each of them mortal."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.background import free_ports, send
from deploy.kafka.broker import Broker
from deploy.postgres.cluster import Cluster
from tests.backing import scratch_folder
from tests.journeys.programs import Program
from tests.journeys.suites import Suite, deployed, migrate

PREFIX = "crash_"
SECOND = "evaluation consumer 2"
"""The consumer that joins the group of evaluation and leaves it again, so that partitions change hands."""


@dataclass(frozen=True)
class Ground:
    """Everything that can be killed, and where it keeps what must survive that."""

    cluster: Cluster
    broker: Broker
    suite: Suite
    second: Program

    @property
    def programs(self) -> dict[str, Program]:
        """Give every process of the suite by its name, the second consumer too."""
        return {**self.suite.programs, SECOND: self.second}

    def database(self, service: str) -> str:
        """Give the address of a service's database, as psycopg takes it, for a worker."""
        return self.suite.database(service).replace("+psycopg", "")

    def start(self) -> None:
        """Start whatever does not run, and wait until all can work; the second consumer is nobody's need."""
        self.cluster.start()
        self.broker.start()
        self.suite.start()

    def kill_programs(self) -> None:
        """Leave no process of the suite running."""
        for program in self.programs.values():
            program.kill()


@contextmanager
def standing() -> Iterator[Ground]:
    """Start everything in scratch folders, and end it whatever happens. Raises `CannotStart`."""
    with ExitStack() as stack:
        folder = scratch_folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        cluster = Cluster.on_free_port(_made(folder / "postgres"), durable=True)
        broker = Broker.on_free_ports(_made(folder / "kafka"))
        for one in (cluster, broker):
            stack.callback(one.kill)
            one.start()
        cluster.server.create_databases(PREFIX)
        migrate(folder, cluster.server, PREFIX)
        suite = deployed(folder, cluster.server, PREFIX, broker.address)
        ground = Ground(cluster, broker, suite, _second(suite))
        stack.callback(suite.front.close)
        stack.callback(ground.kill_programs)
        ground.start()
        yield ground


def signal_program(program: Program, number: signal.Signals) -> None:
    """Send a signal to a program and all that it forked; one that has ended takes none."""
    process = program._process  # A program has no word for a pause: nobody but this test makes one.
    if process is not None and program.runs:
        os.killpg(process.pid, number)


def signal_family(pid: int | None, number: signal.Signals) -> None:
    """Send a signal to a server's process and its children."""
    if pid is None:
        return
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        send(one, number)


def _second(suite: Suite) -> Program:
    (port,) = free_ports(1)
    settings = {**suite.settings, "WIYATA_REPLICA": "1", "WIYATA_OPERATIONS_PORT": str(port)}
    words = ["services.evaluation", "consumer"]
    return Program(words, settings, suite.folder / "evaluation-consumer-2.log", f"http://127.0.0.1:{port}/readyz")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o711)
    return folder
