"""Programs in the background: ports, settings and signs of life."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.background import (
    CannotStart,
    command_of,
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


@pytest.fixture
def sleeper() -> Iterator[int]:
    waiting = [sys.executable, "-c", "import time; time.sleep(60)"]
    pid = os.posix_spawn(sys.executable, waiting, os.environ)
    yield pid
    send(pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(pid), seconds=5)


def test_a_taken_port_is_refused_with_the_setting_that_moves_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} for Kafka is taken .* WIYATA_KAFKA_PORT"):
            require_free_port(port, purpose="Kafka", setting="WIYATA_KAFKA_PORT")


def test_a_port_that_a_server_has_just_left_is_free() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        with closing(socket.create_connection(("127.0.0.1", port))):
            # The server's side hangs up first, so its address lingers for a minute.
            server.accept()[0].close()

    require_free_port(port, purpose="Kafka", setting="WIYATA_KAFKA_PORT")


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(3)

    assert len(set(ports)) == 3
    for port in ports:
        require_free_port(port, purpose="a test", setting="nothing")


@pytest.mark.parametrize("value", ["many", "0", "65536", "-1", "9092.0"])
def test_a_port_setting_that_is_no_port_names_its_key(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WIYATA_KAFKA_PORT", value)

    with pytest.raises(CannotStart, match="WIYATA_KAFKA_PORT"):
        port_setting("WIYATA_KAFKA_PORT", 9092)


def test_an_empty_port_setting_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIYATA_KAFKA_PORT", "")

    assert port_setting("WIYATA_KAFKA_PORT", 9092) == 9092


def test_a_running_process_is_alive_and_known_by_its_command(sleeper: int) -> None:
    assert is_alive(sleeper)
    assert wait_until(lambda: "time.sleep(60)" in command_of(sleeper), seconds=5)


def test_a_killed_process_is_dead_although_nobody_collected_it(sleeper: int) -> None:
    send(sleeper, signal.SIGKILL)

    assert wait_until(lambda: not is_alive(sleeper), seconds=5)
    assert command_of(sleeper) == ""


def test_a_dead_process_of_another_parent_is_dead() -> None:
    """Its parent never collects it, as a container's first process may not."""
    parent_code = "import os, time; pid = os.fork() or os._exit(0); print(pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert wait_until(lambda: not is_alive(child), seconds=5)
        parent.kill()


def test_a_signal_to_a_process_that_has_gone_is_no_error(sleeper: int) -> None:
    send(sleeper, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(sleeper), seconds=5)

    send(sleeper, signal.SIGTERM)


@pytest.mark.parametrize(("text", "pid"), [("123\n/folder\n", 123), ("", None), ("soon\n", None)])
def test_a_pid_file_gives_the_number_in_its_first_line(tmp_path: Path, text: str, pid: int | None) -> None:
    (tmp_path / "program.pid").write_text(text)

    assert pid_in(tmp_path / "program.pid") == pid


def test_no_pid_file_means_no_process(tmp_path: Path) -> None:
    assert pid_in(tmp_path / "program.pid") is None


def test_a_second_start_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []

    def start_second() -> None:
        with one_at_a_time(tmp_path):
            order.append("second")

    second = threading.Thread(target=start_second)
    with one_at_a_time(tmp_path):
        second.start()
        second.join(timeout=0.2)
        order.append("first")
    second.join(timeout=5)

    assert order == ["first", "second"]


def test_the_end_of_a_log_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\n".join(str(number) for number in range(100)))

    assert last_lines(tmp_path / "a.log", 2) == "98\n99"
    assert "no log" in last_lines(tmp_path / "none.log")
