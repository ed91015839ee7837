"""What the demo signs in with: a machine client and a site, registered on the command line and kept under `var/`."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from deploy.demo.origin import Origin, Refused

FILE = "demo-clients.json"
IDENTITY = (sys.executable, "-m", "services.identity")
"""How to call identity's command line where the suite runs on this machine, as this user."""

identity_option = click.option(
    "--identity",
    envvar="WIYATA_DEMO_IDENTITY",
    default=shlex.join(IDENTITY),
    callback=lambda _context, _option, command: shlex.split(command),
    help="How to call identity's command line, where the suite runs in containers or on another machine.",
)


@dataclass(frozen=True)
class Keys:
    """Ids of the clients, and the secret of the machine."""

    machine: str
    secret: str
    site: str
    returns_to: str


def demo_keys(
    folder: Path,
    origin: Origin,
    city: dict[str, Any],
    settings: Mapping[str, str] | None = None,
    *,
    identity: Sequence[str] = IDENTITY,
) -> Keys:
    """Give the demo's clients; where the suite knows none of `folder`, define the city and register them.

    `identity` is how to call identity's command line, and `settings` its environment, where it is not this program's.
    """
    kept = folder / FILE
    if kept.exists():
        keys = Keys(**json.loads(kept.read_text()))
        if keys.returns_to == _demo_of(origin) and origin.knows(keys.machine, keys.secret):
            return keys
    origin.require_suite()  # Without one, the command line would only tell that there is no database yet.
    keys = _registered(partial(_call, identity, settings), city, _demo_of(origin))
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    return keys


def _registered(call: Callable[..., list[str]], city: dict[str, Any], returns_to: str) -> Keys:
    call("cities", "add", city["code"], city["name"], city["zone"])
    roles = [word for role in ("administrator", "trainer", "analyst") for word in ("--role", role)]
    machine, secret = call("clients", "add", "demo", "--city", city["code"], *roles)
    site = call("clients", "add-site", "demo", returns_to, "--without-secret")[0]
    return Keys(machine, secret, site, returns_to)


def _demo_of(origin: Origin) -> str:
    """Give the address that identity sends codes to; nothing need answer there."""
    return f"{origin.address}/demo"


def _call(identity: Sequence[str], settings: Mapping[str, str] | None, *words: str) -> list[str]:
    """Run identity's own command line; give what each line says, without the word before its `=`."""
    ended = subprocess.run([*identity, *words], env=settings, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Refused(f"{' '.join(identity)} {words[0]} {words[1]}: {ended.stderr.strip()[-500:]}")
    return [line.rpartition("=")[2].strip() for line in ended.stdout.splitlines() if line.strip()]
