"""A PostgreSQL cluster without Docker: `python -m deploy.postgres.cluster start|stop|kill|status|url ROLE`."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.background import (
    LOOPBACK,
    ROOT,
    CannotStart,
    command_of,
    folder_setting,
    free_ports,
    is_alive,
    last_lines,
    one_at_a_time,
    pid_in,
    port_setting,
    require_free_port,
    send,
    wait_until,
)
from deploy.postgres.binaries import postgres_programs, require_entrance, service_account
from deploy.postgres.server import ROLES, SUPERUSER, Server

PORT_SETTING = "WIYATA_POSTGRES_PORT"
SECONDS = 60


class Cluster:
    """One database server in one folder, with the roles owner, web and worker."""

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.durable = durable
        self.log = self.folder / "postgres.log"
        self._at = self.folder / "data"
        self._passwords_file = self.folder / "passwords.json"

    @classmethod
    def from_environment(cls, folder: Path | None = None) -> "Cluster":
        """The cluster of this checkout: WIYATA_POSTGRES_PORT (54329), WIYATA_POSTGRES_FOLDER (var/postgres)."""
        kept = folder or folder_setting("WIYATA_POSTGRES_FOLDER", ROOT / "var" / "postgres")
        return cls(kept, port_setting(PORT_SETTING, 54329))

    @classmethod
    def on_free_port(cls, folder: Path, *, durable: bool = False) -> "Cluster":
        """A cluster of one's own, for a test: quick, because nothing waits for the disk unless it is to be durable."""
        return cls(folder, free_ports(1)[0], durable=durable)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process; None when it does not run."""
        pid = pid_in(self._at / "postmaster.pid")
        # The number may belong to another program by now; the server's command names its own folder.
        return pid if pid is not None and str(self._at) in command_of(pid) else None

    @property
    def server(self) -> Server:
        """The server, with the passwords of this folder."""
        return Server(LOOPBACK, self.port, self._passwords())

    def start(self) -> bool:
        """Start the server, with the roles and databases that exist today; False when it was already running."""
        with one_at_a_time(self.folder):
            begins = self.pid is None
            if begins:
                require_free_port(self.port, purpose="PostgreSQL", setting=PORT_SETTING)
                postgres_programs()  # Before anything is changed on a machine that lacks them.
                require_entrance(self.folder, service_account())
                self._initialise()
                self._launch()
            else:
                self._require_same_port()
            # Also when it was running: a service may have been added since.
            self.server.create_databases()
            return begins

    def stop(self) -> bool:
        """End the server in good order, whoever is connected; False when it did not run."""
        return self._end(signal.SIGINT)

    def kill(self) -> bool:
        """End the server at once, as a power cut would; False when it did not run."""
        return self._end(signal.SIGKILL)

    def _initialise(self) -> None:
        if (self._at / "PG_VERSION").exists():
            return
        self._make_folder()
        # initdb reads the password from a file that its own user may open, so it gets a copy for as long as it runs.
        password = self.folder / "initdb.password"
        password.touch(mode=0o600)
        password.write_text(self._passwords()[SUPERUSER])
        self._give_away(password)
        try:
            options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--username={SUPERUSER}"]
            self._run("initdb", *options, f"--pwfile={password}", f"--pgdata={self._at}")
        finally:
            password.unlink()

    def _make_folder(self) -> None:
        self._at.mkdir(mode=0o700, exist_ok=True)
        self.log.touch(mode=0o600)
        self._give_away(self._at)
        self._give_away(self.log)

    def _give_away(self, path: Path) -> None:
        if account := service_account():
            os.chown(path, account.user, account.group)

    def _launch(self) -> None:
        settings = {
            "port": self.port,
            "listen_addresses": LOOPBACK,
            # Its path would be too long in a deep folder, and everyone comes by the port anyway.
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", f"--timeout={SECONDS}", f"--pgdata={self._at}", "-o", options)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user that may; what it says goes into the log."""
        account = service_account()
        with self.log.open("ab") as log:
            ended = subprocess.run(
                [postgres_programs() / program, *arguments],
                user=account and account.user,
                group=account and account.group,
                extra_groups=[] if account else None,
                cwd=self._at if self._at.exists() else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # The server outlives the terminal it was started from, and Ctrl-C in it.
                start_new_session=True,
                check=False,
            )
        if ended.returncode:
            raise CannotStart(f"PostgreSQL's {program} failed; {self.log} closes with:\n{last_lines(self.log)}")

    def _passwords(self) -> dict[str, str]:
        """The passwords of this cluster, made up once and readable by the owner of the folder alone."""
        if not self._passwords_file.exists():
            if (self._at / "PG_VERSION").exists():
                raise CannotStart(f"{self._passwords_file} is missing: move {self.folder} away and start anew.")
            made = {role: secrets.token_hex(16) for role in (SUPERUSER, *ROLES)}
            self._passwords_file.touch(mode=0o600)
            self._passwords_file.write_text(json.dumps(made, indent=2))
        kept: dict[str, str] = json.loads(self._passwords_file.read_text())
        return kept

    def _require_same_port(self) -> None:
        # The fourth line of the pid file is the port (PostgreSQL, "Creating a Database Cluster", postmaster.pid).
        there = (self._at / "postmaster.pid").read_text().splitlines()[3]
        if there.strip() != str(self.port):
            raise CannotStart(
                f"PostgreSQL already runs from {self.folder} on port {there}, not {self.port}: stop it first."
            )

    def _end(self, number: signal.Signals) -> bool:
        pid = self.pid
        if pid is None:
            return False
        family = [pid, *_children_of(pid)]
        send(pid, number)
        # After a kill the server's children notice one by one, and a new server may not start before the last has gone.
        if not wait_until(lambda: not any(is_alive(each) for each in family), seconds=SECONDS):
            raise CannotStart(f"PostgreSQL (process {pid}) has not ended after {SECONDS} s: {self.log}")
        # A server that ended in good order has removed it. What a killed one leaves would stop the next start for as
        # long as nobody collects the dead process, which in a container may be for ever.
        (self._at / "postmaster.pid").unlink(missing_ok=True)
        return True


def _children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; 0 when done, 1 with a sentence when that is impossible, 3 when `status` finds nothing."""
    parser = argparse.ArgumentParser(prog="python -m deploy.postgres.cluster", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "kill", "status", "url"])
    parser.add_argument("role", nargs="?", choices=ROLES, default="web", help="for `url`")
    parser.add_argument("--folder", type=Path, help="where the cluster keeps everything (var/postgres)")
    asked = parser.parse_args(arguments)
    try:
        return _carry_out(asked.command, asked.role, Cluster.from_environment(asked.folder))
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _carry_out(command: str, role: str, cluster: Cluster) -> int:
    began = time.monotonic()
    match command:
        case "start" if cluster.start():
            seconds = time.monotonic() - began
            print(f"PostgreSQL answers on {cluster.address} after {seconds:.1f} s; its log: {cluster.log}")
        case "start":
            print(f"PostgreSQL was already running on {cluster.address}.")
        case "stop" | "kill":
            ended = cluster.stop() if command == "stop" else cluster.kill()
            print("PostgreSQL has ended." if ended else "PostgreSQL was not running.")
        case "url":
            print(cluster.server.url(role))
        case _ if cluster.pid is not None:
            print(f"PostgreSQL answers on {cluster.address} (process {cluster.pid}).")
        case _:
            print("PostgreSQL is not running.")
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
