"""A Kafka broker without Docker: `python -m deploy.kafka.broker start|stop|kill|status|address`."""

import argparse
import base64
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from deploy.background import (
    LOOPBACK,
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
from deploy.kafka import artefacts, probe
from deploy.kafka.configuration import server_properties

LOGGING = Path(__file__).with_name("log4j2.properties")
HEAP = ("-Xms256m", "-Xmx512m")
PORT_SETTING = "WIYATA_KAFKA_PORT"
CONTROLLER_PORT_SETTING = "WIYATA_KAFKA_CONTROLLER_PORT"
SECONDS_TO_START = 90
SECONDS_TO_STOP = 60


class Broker:
    """One broker in one folder; what it has been told survives stop, kill and start."""

    def __init__(self, folder: Path, port: int, controller_port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.controller_port = controller_port or port + 1
        self.log = self.folder / "kafka.log"
        self._properties = self.folder / "server.properties"
        self._pid_file = self.folder / "kafka.pid"

    @classmethod
    def from_environment(cls, folder: Path | None = None) -> "Broker":
        """The broker of this checkout: WIYATA_KAFKA_PORT (9092), WIYATA_KAFKA_FOLDER (var/kafka/broker)."""
        kept = folder or folder_setting("WIYATA_KAFKA_FOLDER", artefacts.HOME / "broker")
        port = port_setting(PORT_SETTING, 9092)
        return cls(kept, port, port_setting(CONTROLLER_PORT_SETTING, port + 1))

    @classmethod
    def on_free_ports(cls, folder: Path) -> "Broker":
        """A broker of one's own, for a test."""
        port, controller_port = free_ports(2)
        return cls(folder, port, controller_port)

    @property
    def address(self) -> str:
        """What clients call the bootstrap server."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process of the running broker; None when it does not run."""
        pid = pid_in(self._pid_file)
        # The number may belong to another program by now; the broker's command names its own settings.
        return pid if pid is not None and str(self._properties) in command_of(pid) else None

    @property
    def answers(self) -> bool:
        """Whether the broker runs and takes requests."""
        return self.pid is not None and probe.answers(self.port)

    def start(self) -> bool:
        """Start the broker and wait until it answers; False when it was already running. Raises CannotStart."""
        with one_at_a_time(self.folder):
            if self.pid is not None:
                self._require_same_port()
                self._wait_for_answer(self.pid)
                return False
            require_free_port(self.port, purpose="Kafka", setting=PORT_SETTING)
            require_free_port(self.controller_port, purpose="Kafka's controller", setting=CONTROLLER_PORT_SETTING)
            java, class_path = artefacts.java(), artefacts.class_path()
            self._configure()
            self._format(java, class_path)
            self._wait_for_answer(self._launch(java, class_path))
            return True

    def stop(self) -> bool:
        """End the broker in good order and wait for it; False when it did not run."""
        return self._end(signal.SIGTERM)

    def kill(self) -> bool:
        """End the broker at once, as a power cut would; False when it did not run."""
        return self._end(signal.SIGKILL)

    def _require_same_port(self) -> None:
        if f"PLAINTEXT://{self.address}," not in self._properties.read_text():
            raise CannotStart(f"Kafka already runs from {self.folder} on another port than {self.port}: stop it first.")

    def _configure(self) -> None:
        text = server_properties(folder=self.folder, port=self.port, controller_port=self.controller_port)
        self._properties.write_text(text)

    def _format(self, java: str, class_path: str) -> None:
        if (self.folder / "data" / "meta.properties").exists():
            return
        tool = [java, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", class_path, "kafka.tools.StorageTool"]
        command = [*tool, "format", "--cluster-id", _new_cluster_id(), "--config", str(self._properties)]
        with self.log.open("ab") as log:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if ended.returncode:
            raise CannotStart(f"Kafka could not prepare {self.folder / 'data'}:\n{last_lines(self.log)}")

    def _launch(self, java: str, class_path: str) -> int:
        command = [java, *HEAP, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", class_path, "kafka.Kafka"]
        appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # A session of its own: Ctrl-C in the terminal that started the broker does not reach it.
        pid = os.posix_spawn(
            java,
            [*command, str(self._properties)],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), appending, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        self._pid_file.write_text(f"{pid}\n")
        return pid

    def _wait_for_answer(self, pid: int) -> None:
        # A broker that has given up will not answer however long one waits.
        wait_until(lambda: probe.answers(self.port) or not is_alive(pid), seconds=SECONDS_TO_START)
        if not is_alive(pid):
            raise CannotStart(f"Kafka ended instead of starting; {self.log} closes with:\n{last_lines(self.log)}")
        if not probe.answers(self.port):
            raise CannotStart(
                f"Kafka runs, and does not answer on {self.address} after {SECONDS_TO_START} s: {self.log}"
            )

    def _end(self, number: signal.Signals) -> bool:
        pid = self.pid
        if pid is None:
            return False
        send(pid, number)
        if not wait_until(lambda: not is_alive(pid), seconds=SECONDS_TO_STOP):
            raise CannotStart(f"Kafka (process {pid}) has not ended after {SECONDS_TO_STOP} s: {self.log}")
        self._pid_file.unlink(missing_ok=True)
        return True


def _new_cluster_id() -> str:
    """A random cluster id in Kafka's notation; one that begins with a dash would be read as an option."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; 0 when done, 1 with a sentence when that is impossible, 3 when `status` finds nothing."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.broker", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "kill", "status", "address"])
    parser.add_argument("--folder", type=Path, help="where the broker keeps everything (var/kafka/broker)")
    asked = parser.parse_args(arguments)
    try:
        return _carry_out(asked.command, Broker.from_environment(asked.folder))
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _carry_out(command: str, broker: Broker) -> int:
    began = time.monotonic()
    match command:
        case "start" if broker.start():
            print(f"Kafka answers on {broker.address} after {time.monotonic() - began:.1f} s; its log: {broker.log}")
        case "start":
            print(f"Kafka was already running on {broker.address}.")
        case "stop" | "kill":
            ended = broker.stop() if command == "stop" else broker.kill()
            print("Kafka has ended." if ended else "Kafka was not running.")
        case "address":
            print(broker.address)
        case _ if broker.answers:
            print(f"Kafka answers on {broker.address} (process {broker.pid}).")
        case _:
            print("Kafka is not running." if broker.pid is None else "Kafka runs but gives no answer.")
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
