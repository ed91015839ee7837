"""Where the demo looks for the suite, and that it does nothing before one answers."""

from pathlib import Path

import httpx
import pytest

from deploy.background import LOOPBACK, free_ports
from deploy.demo.keys import demo_keys
from deploy.demo.origin import Origin, suite_address


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"WIYATA_PORT": "9001"}, "http://127.0.0.1:9001"),
        ({"WIYATA_HOST": "127.0.0.2", "WIYATA_PORT": "9001"}, "http://127.0.0.2:9001"),
        ({"WIYATA_PUBLIC_URL": "https://belajar.example", "WIYATA_PORT": "9001"}, "https://belajar.example"),
        ({"WIYATA_PUBLIC_URL": "", "WIYATA_PORT": ""}, "http://127.0.0.1:8080"),
    ],
)
def test_the_demo_finds_the_suite_where_the_settings_put_it(environment: dict[str, str], address: str) -> None:
    assert suite_address(environment) == address


def test_the_demo_registers_nothing_where_no_suite_answers(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    registers, nowhere = tmp_path / "was-called", Origin(f"http://{LOOPBACK}:{port}")
    with pytest.raises(httpx.ConnectError):
        demo_keys(tmp_path, nowhere, {"code": "semarang"}, identity=["touch", str(registers)])
    assert not registers.exists()
