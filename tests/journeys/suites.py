"""The suite under test: all services in one process, or each one's processes on PostgreSQL and Kafka."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.background import ROOT, free_ports
from deploy.demo.origin import Origin
from deploy.postgres.server import Server
from services.embedded import SERVICES
from shared.service import Service
from tests.journeys.front import Front, behind_nginx, behind_one_port
from tests.journeys.programs import CHEAP_PASSWORDS, Program, settings_for

PUBLIC = "https://belajar.example"
"""Where everybody believes the deployed suite to be."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A suite of processes at one address, and how its command line is called.

    `mortal` names the programs that a test kills amid the work.
    """

    folder: Path
    address: str
    front: Front
    programs: Mapping[str, Program]
    mortal: tuple[str, ...]
    settings: Mapping[str, str]

    @property
    def origin(self) -> Origin:
        return Origin(self.address, self.front)

    def start(self) -> None:
        """Start every program that does not run, and wait until all can work."""
        for program in self.programs.values():
            program.start()
        for program in self.programs.values():
            program.wait_until_ready()

    def kill(self) -> None:
        """Leave nothing running."""
        for program in self.programs.values():
            program.kill()

    def call(self, service: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of a service's own command line, and wait for its end."""
        command = [sys.executable, "-m", f"services.{service}", *words]
        return subprocess.run(
            command, cwd=ROOT, env=dict(self.settings), capture_output=True, text=True, check=False, timeout=60
        )

    def database(self, service: str) -> str:
        """Give the address of a service's database for a worker, who sees every tenant's rows."""
        address = self.settings.get("WIYATA_DATABASE_WORKER", f"sqlite:///{self.folder}/{{service}}.sqlite")
        return address.format(service=service)

    def logs(self) -> dict[str, str]:
        """Give everything that the programs wrote, by their names."""
        return {name: program.log.read_text() for name, program in self.programs.items()}

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Give what a program logged, line by line."""
        for line in self.programs[name].log.read_text().splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def program(self, service: str, process: str) -> str:
        """Name the program in which a service's web, relay or consumer runs."""
        return next(name for name in (f"{service} {process}", "suite") if name in self.programs)


def embedded(folder: Path, **more: object) -> Suite:
    """Give the suite in one process on a folder: `python -m services run`, with more settings if need be."""
    (port,) = free_ports(1)
    settings = settings_for(folder=folder, port=port, **CHEAP_PASSWORDS, **more)
    address = f"http://127.0.0.1:{port}"
    program = Program(["services", "run"], settings, folder / "suite.log", f"{address}/api/evaluation/readyz")
    return Suite(
        folder=folder,
        address=address,
        front=Front(behind_one_port(port)),
        programs={"suite": program},
        mortal=("suite",),
        settings=settings,
    )


def deployed(folder: Path, server: Server, prefix: str, kafka: str, **more: object) -> Suite:
    """Give the suite as docker-compose.yml runs it: a web, a relay and a consumer process for each service."""
    parts = [(one.name, process) for one in SERVICES for process in _processes_of(one)]
    ports = dict(zip(parts, free_ports(len(parts)), strict=True))
    front = {service: port for (service, process), port in ports.items() if process == "web"}
    common: dict[str, object] = {
        "folder": folder,
        "kafka": kafka,
        "public_url": PUBLIC,
        "identity_keys_url": f"http://127.0.0.1:{front['identity']}/keys",
        **CHEAP_PASSWORDS,
        **more,
    }
    web = {**common, "trusted_proxies": 1, "database_web": server.url("web", prefix)}
    worker = {**common, "database_worker": server.url("worker", prefix)}
    programs = {
        f"{service} {process}": Program(
            [f"services.{service}", process],
            settings_for(**web, port=port) if process == "web" else settings_for(**worker, operations_port=port),
            folder / f"{service}-{process}.log",
            f"http://127.0.0.1:{port}/readyz",
        )
        for (service, process), port in ports.items()
    }
    return Suite(
        folder=folder,
        address=PUBLIC,
        front=Front(behind_nginx(front)),
        programs=programs,
        mortal=("evaluation consumer", "enrolment relay", "assessment web"),
        settings=settings_for(**worker),
    )


def migrate(folder: Path, server: Server, prefix: str) -> None:
    """Bring the database of every service to its newest schema, all at once."""
    settings = settings_for(folder=folder, database_owner=server.url("owner", prefix))
    steps = [
        Program([f"services.{one.name}", "migrate"], settings, folder / f"{one.name}-migrate.log") for one in SERVICES
    ]
    for step in steps:
        step.start()
    for step in steps:
        step.wait_until_done()


def _processes_of(service: Service) -> tuple[str, ...]:
    return ("web", "relay", "consumer") if service.hears else ("web", "relay")
