"""A web process starts, serves, adds its figures to the others', ends cleanly, and says why it can't start."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROGRAM = """
import sys
from shared.errors import WrongSetting
from shared.logging import configure, log
from shared.web.server import serve

class Thread:
    def stop(self):
        log("thread").info("stopped")

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]

def broken():
    raise WrongSetting("WIYATA_DATABASE_WEB holds an older schema.")

def started():
    log("thread").info("started")
    return [Thread()]

configure("INFO")
serve(broken if "broken" in sys.argv else lambda: app, bind=sys.argv[1], threads=2, on_start=started)
"""


@contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_serves_until_it_is_told_to_end_and_stops_what_it_started() -> None:
    with serving("127.0.0.1:0") as process:
        assert process.stderr is not None
        said: list[dict[str, str]] = []
        while "started" not in [line["event"] for line in said]:
            said.append(json.loads(process.stderr.readline()))
        [address] = [line["event"].split()[2] for line in said if line["event"].startswith("Listening at")]
        assert httpx.get(address, timeout=5).text == "here"
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line)["event"] for line in process.communicate(timeout=20)[1].splitlines()]

    assert "stopped" in rest
    assert process.returncode == 0


def test_a_taken_port_is_one_sentence_that_names_the_setting() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with serving(f"127.0.0.1:{port}") as process:
            said = process.communicate(timeout=20)[1]

    assert process.returncode == 1
    [sentence] = said.splitlines()
    assert str(port) in sentence
    assert "WIYATA_PORT" in sentence


def test_a_wrong_setting_ends_the_server_with_its_sentence() -> None:
    with serving("127.0.0.1:0", "broken") as process:
        said = process.communicate(timeout=20)[1]

    assert process.returncode != 0
    assert "WIYATA_DATABASE_WEB holds an older schema.\n" in said
    assert "Traceback" not in said


def test_processes_that_share_a_folder_are_added_up(tmp_path: Path) -> None:
    program = (
        "import os\n"
        "from shared.web import metrics\n"
        "child = os.fork()\n"
        "metrics.answered.labels('tiny', 'GET', '/items', '200').inc()\n"
        "if child:\n"
        "    os.waitpid(child, 0)\n"
        "    print(metrics.exposed().get_data(as_text=True))"
    )
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": "."}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert 'wiyata_requests_total{method="GET",route="/items",service="tiny",status="200"} 2.0' in said.stdout
