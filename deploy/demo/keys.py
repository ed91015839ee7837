"""What the demo signs in with: machine clients and a site, registered on the command line and kept under `var/`."""

import base64
import hashlib
import hmac
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from deploy.demo.origin import Origin, Refused

FILE = "demo-clients.json"
IDENTITY = (sys.executable, "-m", "services.identity")
"""How to call identity's command line where the suite runs on this machine, as this user."""

MACHINE_ROLES = ("administrator", "trainer", "analyst")

identity_option = click.option(
    "--identity",
    envvar="WIYATA_DEMO_IDENTITY",
    default=shlex.join(IDENTITY),
    callback=lambda _context, _option, command: shlex.split(command),
    help="How to call identity's command line, where the suite runs in containers or on another machine.",
)


@dataclass(frozen=True)
class Keys:
    """The id of a tenant, the ids of the clients used there, and the secret of the machine."""

    tenant: str
    machine: str
    secret: str
    site: str
    returns_to: str

    def password_of(self, name: str) -> str:
        """Give the password of a demo account: nobody can tell it without the machine's secret, and it never changes.

        So a load that was killed goes on with the accounts that it had made.
        """
        mixed = hmac.digest(self.secret.encode(), f"account {name}".encode(), hashlib.sha256)
        return base64.b64encode(mixed, b"xY").decode()[:18]


@dataclass(frozen=True)
class CommandLine:
    """Identity's own command line, and its environment where that is not this program's."""

    words: Sequence[str]
    settings: Mapping[str, str] | None = None

    def call(self, *words: str) -> list[str]:
        """Run a command; give the lines that it prints. Raises `Refused`."""
        ended = subprocess.run([*self.words, *words], env=self.settings, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise Refused(f"{' '.join(self.words)} {words[0]} {words[1]}: {ended.stderr.strip()[-500:]}")
        return [line.strip() for line in ended.stdout.splitlines() if line.strip()]


ON_THIS_MACHINE = CommandLine(IDENTITY)
"""Identity's command line on this machine, with this program's environment."""


def demo_keys(
    folder: Path,
    origin: Origin,
    place: Mapping[str, Any],
    settings: Mapping[str, str] | None = None,
    *,
    identity: Sequence[str] = IDENTITY,
) -> Keys:
    """Give the demo's clients in one place; where the suite knows none of `folder`, define it and register them.

    `identity` is how to call identity's command line, and `settings` its environment, where it is not this program's.
    """
    (keys,) = keys_of_all(folder, origin, [place], CommandLine(identity, settings))
    return keys


def keys_of_all(
    folder: Path, origin: Origin, places: Sequence[Mapping[str, Any]], command_line: CommandLine = ON_THIS_MACHINE
) -> list[Keys]:
    """Give the demo's clients in each place; those that the suite does not know are registered, several at a time."""
    kept = {code: one for code, one in kept_keys(folder).items() if origin.knows(one.machine, one.secret)}
    missing = [place for place in places if place["code"] not in kept]
    here = _demo_of(origin)
    if missing or any(one.returns_to != here for one in kept.values()):
        origin.require_suite()  # Without one, the command line would only tell that there is no database yet.
        site = next((one.site for one in kept.values() if one.returns_to == here), "") or _new_site(command_line, here)
        with ThreadPoolExecutor(2) as pool:
            made = pool.map(lambda place: _registered(command_line, place, site, here), missing)
            kept |= {place["code"]: one for place, one in zip(missing, made, strict=True)}
        kept = {code: replace(one, site=site, returns_to=here) for code, one in kept.items()}
        _keep(folder, kept)
    return [kept[place["code"]] for place in places]


def kept_keys(folder: Path) -> dict[str, Keys]:
    """Give the clients that a folder holds, by the code of their place."""
    file = folder / FILE
    found = json.loads(file.read_text()) if file.exists() else {}
    return {code: Keys(**keys) for code, keys in found.items()}


def _keep(folder: Path, keys: Mapping[str, Keys]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({code: asdict(one) for code, one in keys.items()}, file)


def _new_site(command_line: CommandLine, returns_to: str) -> str:
    return _value(command_line.call("clients", "add-site", "demo", returns_to, "--without-secret")[0])


def _registered(command_line: CommandLine, place: Mapping[str, Any], site: str, returns_to: str) -> Keys:
    group = "providers" if place["kind"] == "provider" else "cities"
    (tenant,) = command_line.call(group, "add", place["code"], place["name"], place["zone"])
    roles = [word for role in MACHINE_ROLES for word in ("--role", role)]
    machine, secret = map(_value, command_line.call("clients", "add", "demo", "--city", place["code"], *roles))
    return Keys(tenant, machine, secret, site, returns_to)


def _value(line: str) -> str:
    """Give what stands behind the `=` of a line such as `client_id=…`."""
    return line.partition("=")[2]


def _demo_of(origin: Origin) -> str:
    """Give the address that identity sends codes to; nothing need answer there."""
    return f"{origin.address}/demo"
