"""Starting a suite: twice, on a taken port, and without its broker."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.background import LOOPBACK, ROOT, free_ports
from tests.backing import scratch_folder
from tests.journeys.programs import Program, settings_for
from tests.journeys.suites import embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    made = scratch_folder()
    yield made
    shutil.rmtree(made)


def test_a_second_suite_on_one_folder_says_so_in_one_sentence(folder: Path) -> None:
    suite = embedded(folder)
    try:
        suite.start()
        ended = _run(folder, *free_ports(1))
        assert suite.programs["suite"].runs
    finally:
        suite.kill()
        suite.front.close()
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"A suite already runs on {folder}: stop it, or set WIYATA_FOLDER to another folder."
    ]


def test_what_a_suite_stores_is_for_its_owner_alone(folder: Path) -> None:
    suite = embedded(folder)
    try:
        suite.start()
        stored = [one for one in folder.rglob("*.sqlite*") if one.stat().st_mode & 0o077]
    finally:
        suite.kill()
        suite.front.close()
    assert list(folder.glob("*.sqlite"))
    assert stored == []


def test_a_suite_on_a_taken_port_says_so_in_one_sentence(folder: Path) -> None:
    with closing(socket.socket()) as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        ended = _run(folder, port)
    assert ended.returncode == 1
    said = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert len(said) == 1
    assert said[0].startswith(f"Can't listen on {LOOPBACK} port {port}")
    assert "WIYATA_PORT" in said[0]


def test_a_web_process_is_ready_while_no_broker_answers(folder: Path) -> None:
    (port,) = free_ports(1)
    settings = settings_for(folder=folder, port=port, kafka=f"{LOOPBACK}:1")
    schema = Program(["services.enrolment", "migrate"], settings, folder / "migrate.log")
    web = Program(["services.enrolment", "web"], settings, folder / "web.log", f"http://{LOOPBACK}:{port}/readyz")
    schema.start()
    schema.wait_until_done()
    try:
        web.start()
        web.wait_until_ready()
    finally:
        web.kill()


def _run(folder: Path, port: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "services", "run"]
    settings = settings_for(folder=folder, port=port)
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=60)
