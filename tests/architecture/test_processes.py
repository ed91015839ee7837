"""Every service runs everywhere: in the one process of embedded mode, in compose, and under the import contracts."""

import tomllib
from typing import Any

import pytest
import yaml

from services import embedded
from tests.architecture.house import ROOT, SERVICES, service_of

BACKING = {"postgres", "kafka", "nginx", "migrate"}

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def processes(name: str) -> set[str]:
    """Name the processes of a service; one that listens to nothing has no consumer."""
    return {"web", "relay"} | ({"consumer"} if service_of(name).hears else set())


def test_embedded_mode_runs_every_service_that_has_a_folder() -> None:
    assert sorted(one.name for one in embedded.SERVICES) == SERVICES, "Name every folder in services/embedded.py."


def test_compose_runs_every_process_of_every_service_and_no_other() -> None:
    expected = {f"{name}-{process}" for name in SERVICES for process in processes(name)}

    assert set(COMPOSE) - BACKING == expected


@pytest.mark.parametrize("container", sorted(set(COMPOSE) - BACKING))
def test_a_container_runs_the_process_that_its_name_says_in_that_process_role(container: str) -> None:
    name, process = container.split("-")
    addresses = {key for key in COMPOSE[container]["environment"] if key.startswith("WIYATA_DATABASE_")}

    assert COMPOSE[container]["command"] == ["python", "-m", f"services.{name}", process]
    assert addresses == {"WIYATA_DATABASE_WEB" if process == "web" else "WIYATA_DATABASE_WORKER"}


@pytest.mark.parametrize("container", ["postgres", "migrate"])
def test_compose_makes_and_migrates_the_database_of_every_service(container: str) -> None:
    assert COMPOSE[container]["environment"]["WIYATA_SERVICES"].split() == SERVICES


def test_the_import_contracts_name_every_service() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["name"]: one for one in settings["tool"]["importlinter"]["contracts"]}
    everyone = [f"services.{name}" for name in SERVICES]

    assert contracts["Services do not import each other"]["modules"] == everyone
    assert contracts["Only embedded mode imports every service"]["forbidden_modules"] == everyone
