"""What the demo signs in with: a machine client and a site, registered on the command line and kept under `var/`."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.demo.origin import Origin, Refused

FILE = "demo-clients.json"


@dataclass(frozen=True)
class Keys:
    """Ids of the clients, and the secret of the machine."""

    machine: str
    secret: str
    site: str
    returns_to: str


def demo_keys(folder: Path, origin: Origin, city: dict[str, Any]) -> Keys:
    """Give the demo's clients; the first time, define the city and register them."""
    kept = folder / FILE
    if kept.exists():
        return Keys(**json.loads(kept.read_text()))
    _identity("cities", "add", city["code"], city["name"], city["zone"])
    roles = [word for role in ("administrator", "trainer", "analyst") for word in ("--role", role)]
    machine, secret = _identity("clients", "add", "demo", "--city", city["code"], *roles)
    returns_to = f"{origin.address}/demo"
    site = _identity("clients", "add-site", "demo", returns_to, "--without-secret")[0]
    keys = Keys(machine, secret, site, returns_to)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    return keys


def _identity(*words: str) -> list[str]:
    """Run identity's own command line; give what each line says, without the word before its `=`."""
    command = [sys.executable, "-m", "services.identity", *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Refused(f"python -m services.identity {words[0]} {words[1]}: {ended.stderr.strip()[-500:]}")
    return [line.rpartition("=")[2].strip() for line in ended.stdout.splitlines() if line.strip()]
