"""Where the machine keeps PostgreSQL's programs, and the user that may run the server."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from deploy.background import CannotStart

OLDEST_POSTGRES = 14
DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "pg_ctl", "postgres", "psql")


@cache
def postgres_programs() -> Path:
    """The folder with the newest PostgreSQL server of this machine; raises CannotStart with the package to install."""
    found = {folder: version for folder in _candidates() if (version := _version(folder)) is not None}
    if not found:
        raise CannotStart("PostgreSQL's server is not on this machine: install the package postgresql.")
    newest = max(found, key=lambda folder: found[folder])
    if found[newest] < OLDEST_POSTGRES:
        raise CannotStart(
            f"Wiyata needs PostgreSQL {OLDEST_POSTGRES} or newer, and {newest} holds {found[newest]}: "
            "install a newer package postgresql."
        )
    return newest


class Account(NamedTuple):
    """A user of the operating system, by number."""

    name: str
    user: int
    group: int


def service_account() -> Account | None:
    """Who runs the server when root asks, because PostgreSQL refuses root; None lets the present user run it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "wiyata"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "wiyata"],
        check=True,
    )
    return service_account()


def require_entrance(folder: Path, account: Account | None) -> None:
    """Raise CannotStart, naming the closed door, when the account cannot reach the folder."""
    if account is None:
        return
    for step in reversed([folder, *folder.parents]):
        asked = subprocess.run(
            ["test", "-x", str(step)], user=account.user, group=account.group, extra_groups=[], cwd="/", check=False
        )
        if asked.returncode:
            raise CannotStart(
                f"PostgreSQL does not run as root but as the user {account.name}, who may not enter {step}. "
                f"Open it (chmod o+x {step}), or set WIYATA_POSTGRES_FOLDER to a folder that {account.name} can reach."
            )


def _candidates() -> Iterator[Path]:
    yield from DEBIAN.glob("*/bin")
    if asker := shutil.which("pg_config"):
        answer = subprocess.run([asker, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    if server := shutil.which("postgres"):
        yield Path(server).resolve().parent


def _version(folder: Path) -> int | None:
    """The major version of the server in the folder; None when the folder lacks a program that is needed."""
    if not all((folder / program).exists() for program in NEEDED):
        return None
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else None
