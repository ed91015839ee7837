"""`python -m deploy.containers COMPOSE…`: waits until every container of a compose project is healthy.

`docker-compose` 1.29 knows no `up --wait`, and the newer one gives up on a container that was meant to end.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.background import wait_until

SECONDS = 240.0
_STATE = "{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"


@dataclass(frozen=True)
class Container:
    """What Docker says of a container; `health` is empty where nobody asks after it."""

    name: str
    status: str
    exit_code: int
    health: str

    @classmethod
    def told(cls, line: str) -> "Container":
        """Read a line of `docker inspect` in the form that this module asks for."""
        name, status, exit_code, *health = line.split()
        return cls(name.lstrip("/"), status, int(exit_code), health[0] if health else "")

    @property
    def is_fine(self) -> bool:
        """Whether it is up and healthy, or has done what it was there for."""
        if self.status == "exited":
            return self.exit_code == 0
        return self.status == "running" and self.health in ("", "healthy")

    def __str__(self) -> str:
        return f"{self.name} ({self.health or self.status})"


def containers_of(compose: Sequence[str]) -> list[Container]:
    """Give every container of the project that a compose command speaks of, also those that have ended."""
    ids = _said([*compose, "ps", "--all", "--quiet"]).split()
    lines = _said(["docker", "inspect", "--format", _STATE, *ids]).splitlines() if ids else []
    return [Container.told(line) for line in lines]


def _said(command: Sequence[str]) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.stderr.strip())
    return ended.stdout


def main(compose: Sequence[str]) -> int:
    """Wait; 0 when all are fine, 1 with the names of those that are not."""
    if not compose:
        print(__doc__, file=sys.stderr)
        return 2
    found: list[Container] = []

    def all_fine() -> bool:
        found[:] = containers_of(compose)
        return bool(found) and all(one.is_fine for one in found)

    if wait_until(all_fine, seconds=SECONDS, pause=1.0):
        print(f"{len(found)} containers are healthy.")
        return 0
    wanting = ", ".join(str(one) for one in found if not one.is_fine) or "there is none"
    print(f"Not healthy after {SECONDS:.0f} s: {wanting}. `{' '.join(compose)} logs` says why.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
