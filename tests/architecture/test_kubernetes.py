"""What runs in Kubernetes: every process of every service, as strictly checked and as closely kept as it can be.

Each resource is complete in its own file, so that these tests need no program but ours; what kustomize makes of them is
looked at in test_kubernetes_rendered.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import kubernetes_validate  # type: ignore[import-untyped]  # It ships no types.
import pytest

from deploy.background import free_ports
from shared.plumbing import PARTITIONS
from shared.processes import Operations
from shared.settings import read_settings
from tests.architecture.cluster import (
    CORE,
    FILES,
    HERE,
    LISTENING,
    PROCESSES,
    VERSIONS,
    container_of,
    kustomizations,
    pod_of,
    read,
)
from tests.architecture.house import ROOT, SERVICES
from tests.architecture.test_processes import COMPOSE, processes
from tests.unit.web.tiny import open_house

ROLES = {"web": "WEB", "relay": "WORKER", "consumer": "WORKER", "migration": "OWNER"}


def every_environment() -> Iterator[str]:
    """Name whatever is put into an environment, in whichever file."""
    for _, place in FILES:
        yield from re.findall(r"name: ([A-Z][A-Z_0-9]+)", (HERE / place).read_text(encoding="utf-8"))
    for said in kustomizations().values():
        for generator in said.get("configMapGenerator", []):
            yield from (literal.partition("=")[0] for literal in generator["literals"])


def test_every_file_is_named_by_a_kustomization() -> None:
    found = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*.yaml") if path.name != "kustomization.yaml"}

    assert found == {place for _, place in FILES}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_resource_is_strictly_what_kubernetes_says_it_is(version: str) -> None:
    for one in CORE:
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("name", SERVICES)
def test_every_process_of_every_service_runs(name: str) -> None:
    said = kustomizations()[f"base/services/{name}"]
    running = {one.rpartition("/")[2] for one in said["resources"] if "/processes/" in one}

    assert running == processes(name) | {"migration"}
    assert said["namePrefix"] == f"{name}-"
    assert said["labels"] == [{"pairs": {"service": name}, "includeSelectors": True}]


def test_the_base_holds_every_service() -> None:
    held = [one.partition("/")[2] for one in kustomizations()["base"]["resources"] if one.startswith("services/")]

    assert sorted(held) == SERVICES


@pytest.mark.parametrize("process", ROLES)
def test_a_container_runs_its_process_in_that_process_role(process: str) -> None:
    container = container_of(PROCESSES[process])
    addresses = {one["name"] for one in container["env"] if one["name"].startswith("WIYATA_DATABASE_")}

    command = "migrate" if process == "migration" else process
    assert container["command"] == ["python", "-m", "services.$(SERVICE)", command]
    assert addresses == {f"WIYATA_DATABASE_{ROLES[process]}"}


def test_whatever_a_container_is_told_is_read() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for top in ("services", "shared") for path in (ROOT / top).rglob("*.py")
    )
    told = set(every_environment())

    assert {"SERVICE", "WIYATA_KAFKA", "WIYATA_REPLICA", "WIYATA_ERASURE_REGISTER", "WIYATA_SMTP_HOST"} <= told
    assert [name for name in sorted(told - {"SERVICE"}) if not _is_read(name, code)] == []


def _is_read(name: str, code: str) -> bool:
    """Tell whether a name is read as it stands, or below one of the prefixes under which settings are read."""
    prefixes = ["", *re.findall(r'env\.prefixed\("(WIYATA_[A-Z_]*)"\)', code)]
    return any(name.startswith(one) and f'"{name.removeprefix(one)}"' in code for one in prefixes)


def test_containers_are_told_the_same_as_in_compose() -> None:
    compose = {name for one in COMPOSE.values() for name in one.get("environment", {}) if name.startswith("WIYATA_")}
    by_nginx_or_for_one_machine = {"WIYATA_FILES_LOCATION", "WIYATA_LOG_LEVEL", "WIYATA_WEB_WORKERS"}
    passwords = {name for name in compose if name.endswith("_PASSWORD")}
    optional = {name for name in compose if name.startswith(("WIYATA_SMTP_", "WIYATA_SIGN_IN_"))}
    elsewhere = {"WIYATA_SERVICES", "WIYATA_SQL"} | by_nginx_or_for_one_machine | passwords | optional

    assert compose - elsewhere <= set(every_environment())


def test_probes_ask_a_web_process_what_it_answers(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    paths = {str(rule) for rule in house.app.url_map.iter_rules()}
    house.database.close()

    assert set(_probed("web")) <= paths


@pytest.mark.parametrize("process", ["relay", "consumer"])
def test_probes_ask_a_worker_what_it_answers(process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("WIYATA_OPERATIONS_PORT", str(port))

    def answer(path: str) -> int:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}") as said:
                return int(said.status)
        except HTTPError as refused:
            refused.close()
            return refused.code

    with Operations(read_settings(), lambda: True):
        assert {path: answer(path) for path in _probed(process)} == dict.fromkeys(_probed(process), 200)
        assert answer("/elsewhere") == 404


def _probed(process: str) -> list[str]:
    container = container_of(PROCESSES[process])
    (port,) = {one["name"] for one in container["ports"]}
    probes = [container[f"{one}Probe"]["httpGet"] for one in ("startup", "liveness", "readiness")]
    assert {one["port"] for one in probes} == {port}
    assert [one["path"] for one in probes] == ["/livez", "/livez", "/readyz"]
    return [one["path"] for one in probes]


@pytest.mark.parametrize("process", ROLES)
def test_a_container_can_change_nothing_but_what_it_is_given(process: str) -> None:
    pod, container = pod_of(PROCESSES[process]), container_of(PROCESSES[process])
    user = re.search(r"--uid (\d+)", (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8"))

    assert user is not None
    assert pod["securityContext"]["runAsUser"] == int(user[1])
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]["requests"]) >= {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("process", ["web", "relay", "consumer"])
def test_whoever_empties_a_node_leaves_all_but_one_of_a_kind(process: str) -> None:
    budgets = [one["spec"] for one in CORE if one["kind"] == "PodDisruptionBudget"]

    assert {"maxUnavailable": 1, "selector": {"matchLabels": {"process": process}}} in budgets


def test_a_consumer_has_a_name_that_outlives_its_container() -> None:
    (replica,) = (one for one in container_of(PROCESSES["consumer"])["env"] if one["name"] == "WIYATA_REPLICA")

    assert PROCESSES["consumer"]["kind"] == "StatefulSet"
    assert replica["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}


def test_no_password_is_kept_here() -> None:
    assert [one for one in CORE if one["kind"] == "Secret"] == []
    assert [folder for folder, said in kustomizations().items() if "secretGenerator" in said] == []


def test_every_secret_is_explained() -> None:
    asked = {
        (name, key)
        for _, place in FILES
        for name, key in re.findall(r"secretKeyRef: \{name: ([a-z-]+), key: ([a-z-]+)", (HERE / place).read_text())
    }
    said = (HERE / "README.md").read_text(encoding="utf-8")

    assert len(asked) >= 6
    assert [one for one in sorted(asked) if f"| `{one[0]}` | `{one[1]}` |" not in said] == []


def test_consumers_are_added_up_to_the_number_of_partitions() -> None:
    (scaled,) = read("scaling/consumer/scaled-object.yaml")

    assert scaled["spec"]["maxReplicaCount"] == PARTITIONS
    assert scaled["spec"]["scaleTargetRef"]["kind"] == PROCESSES["consumer"]["kind"]
    assert sorted(kustomizations()["scaling"]["resources"]) == LISTENING
