"""The local Kafka broker: what it refuses, and when it counts as answering."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from deploy.background import free_ports
from deploy.kafka.broker import Broker, main
from deploy.kafka.probe import answers


@contextmanager
def listener_that_says(reply: bytes) -> Iterator[int]:
    """A port that takes one question and sends the reply."""

    def answer_once(server: socket.socket) -> None:
        with server.accept()[0] as connection:
            connection.recv(1024)
            connection.sendall(reply)

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=answer_once, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


def metadata_answer(*, brokers: int) -> bytes:
    body = struct.pack(">iii", 1, 0, brokers)
    return struct.pack(">i", len(body)) + body


def test_a_cluster_that_lists_its_broker_answers() -> None:
    with listener_that_says(metadata_answer(brokers=1)) as port:
        assert answers(port)


def test_a_broker_that_is_still_registering_does_not_answer_yet() -> None:
    with listener_that_says(metadata_answer(brokers=0)) as port:
        assert not answers(port)


@pytest.mark.parametrize("reply", [b"", b"\x00\x00", b"\x00\x00\x00\x02ab", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_port_that_speaks_something_else_does_not_answer(reply: bytes) -> None:
    with listener_that_says(reply) as port:
        assert not answers(port)


def test_a_closed_port_does_not_answer() -> None:
    assert not answers(free_ports(1)[0])


def test_a_taken_port_stops_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("WIYATA_KAFKA_PORT", str(port))
        status = main(["start", "--folder", str(tmp_path)])

    assert status == 1
    assert f"Port {port} for Kafka is taken" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_broker_that_does_not_run_says_so_and_ends_in_peace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--folder", str(tmp_path)]) == 3
    assert main(["stop", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Kafka is not running.\nKafka was not running.\n"


def test_a_number_that_now_belongs_to_another_program_is_not_the_broker(tmp_path: Path) -> None:
    (tmp_path / "kafka.pid").write_text("1\n")

    assert Broker(tmp_path, 9092).pid is None


def test_the_controller_lies_next_to_the_broker_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIYATA_KAFKA_CONTROLLER_PORT", raising=False)
    monkeypatch.setenv("WIYATA_KAFKA_PORT", "19092")
    assert Broker.from_environment().controller_port == 19093

    monkeypatch.setenv("WIYATA_KAFKA_CONTROLLER_PORT", "29093")
    assert Broker.from_environment().controller_port == 29093
