"""What kustomize makes of deploy/kubernetes, where `kubectl` or `kustomize` is installed: names that lead somewhere."""

import shutil
import subprocess
from functools import cache

import kubernetes_validate  # type: ignore[import-untyped]  # It ships no types.
import pytest
import yaml

from tests.architecture.cluster import HERE, LISTENING, VERSIONS, Resource, container_of, pod_of
from tests.architecture.house import SERVICES
from tests.architecture.test_processes import processes

KUSTOMIZE = next(
    (words for words in (["kubectl", "kustomize"], ["kustomize", "build"]) if shutil.which(words[0])), None
)
PLACES = ["base", "overlays/province"]


@cache
def rendered(folder: str) -> tuple[Resource, ...]:
    """Give what kustomize makes of a folder."""
    if KUSTOMIZE is None:
        pytest.skip("Neither kubectl nor kustomize is installed here.")
    said = subprocess.run([*KUSTOMIZE, str(HERE / folder)], capture_output=True, text=True, check=True).stdout
    return tuple(yaml.safe_load_all(said))


def of_kind(resources: tuple[Resource, ...], *kinds: str) -> dict[str, Resource]:
    """Give the resources of these kinds by name."""
    return {one["metadata"]["name"]: one for one in resources if one["kind"] in kinds}


@pytest.mark.parametrize("place", PLACES)
def test_what_kustomize_makes_is_strictly_valid(place: str) -> None:
    for one in rendered(place):
        if not one["apiVersion"].startswith("keda.sh/"):
            kubernetes_validate.validate(one, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("place", PLACES)
def test_every_workload_carries_the_name_of_its_service_and_process(place: str) -> None:
    made = of_kind(rendered(place), "Deployment", "StatefulSet")

    assert set(made) == {f"{name}-{process}" for name in SERVICES for process in processes(name)}
    for name, workload in made.items():
        service, process = name.split("-")
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert (labels["service"], labels["process"]) == (service, process)
        assert workload["spec"]["selector"]["matchLabels"] == {"service": service, "process": process}
    assert set(of_kind(rendered(place), "Job")) == {f"{name}-migrate" for name in SERVICES}
    assert set(of_kind(rendered(place), "PodDisruptionBudget")) == set(made)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_a_resource_points_at_is_there(place: str) -> None:
    made = rendered(place)
    services, maps = of_kind(made, "Service"), of_kind(made, "ConfigMap")
    claims, workloads = of_kind(made, "PersistentVolumeClaim"), of_kind(made, "Deployment", "StatefulSet", "Job")
    (door,) = of_kind(made, "Ingress").values()

    for path in door["spec"]["rules"][0]["http"]["paths"]:
        assert path["backend"]["service"]["name"] in services
    for workload in workloads.values():
        assert {one["configMapRef"]["name"] for one in container_of(workload)["envFrom"]} <= set(maps)
        mounted = {one["name"] for one in container_of(workload)["volumeMounts"]}
        volumes = {one["name"]: one for one in pod_of(workload)["volumes"]}
        assert mounted == set(volumes)
        claimed = {one["persistentVolumeClaim"]["claimName"] for one in volumes.values() if "emptyDir" not in one}
        assert claimed <= set(claims)
    for workload in of_kind(made, "StatefulSet").values():
        assert workload["spec"]["serviceName"] in services
    for name, scaled in of_kind(made, "ScaledObject").items():
        assert scaled["spec"]["scaleTargetRef"]["name"] == name
        assert name in workloads


def test_the_door_leads_to_every_service_and_to_nobodys_figures() -> None:
    (door,) = of_kind(rendered("base"), "Ingress").values()
    leads = {one["path"]: one["backend"]["service"]["name"] for one in door["spec"]["rules"][0]["http"]["paths"]}

    assert leads == {
        **{f"/api/{name}": f"{name}-web" for name in SERVICES},
        **{f"/api/{name}/metrics": "closed" for name in SERVICES},
    }
    assert "selector" not in of_kind(rendered("base"), "Service")["closed"]["spec"]


def test_a_province_scales_consumers_by_the_group_and_broker_that_they_have() -> None:
    made = rendered("overlays/province")
    (settings,) = of_kind(made, "ConfigMap").values()

    assert set(of_kind(made, "ScaledObject")) == {f"{name}-consumer" for name in LISTENING}
    for name, scaled in of_kind(made, "ScaledObject").items():
        (trigger,) = scaled["spec"]["triggers"]
        assert trigger["metadata"]["consumerGroup"] == name.removesuffix("-consumer")
        assert trigger["metadata"]["bootstrapServers"] == settings["data"]["WIYATA_KAFKA"]
    assert [name for name, one in of_kind(made, "StatefulSet").items() if "replicas" in one["spec"]] == []


@pytest.mark.parametrize("place", PLACES)
def test_nobody_talks_to_anybody_unless_it_is_said(place: str) -> None:
    policies = of_kind(rendered(place), "NetworkPolicy")
    nobody = policies["nobody"]["spec"]

    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    talking = {process: _ports_out(policies, process) for process in ("web", "relay", "consumer", "migration")}
    assert talking == {
        "web": {53, 8000, 5432, 4318},
        "relay": {53, 5432, 9092, 4318},
        "consumer": {53, 5432, 9092, 4318},
        "migration": {53, 5432},
    }


def _ports_out(policies: dict[str, Resource], process: str) -> set[int]:
    """Give the ports that this process of any service may call."""
    return {
        port["port"]
        for one in policies.values()
        if "Egress" in one["spec"]["policyTypes"] and _selects(one["spec"]["podSelector"], {"process": process})
        for rule in one["spec"].get("egress", [])
        for port in rule["ports"]
    }


def _selects(selector: Resource, labels: dict[str, str]) -> bool:
    """Tell whether a selector takes pods with these labels, whatever others they have."""
    for one in selector.get("matchExpressions", []):
        if one["key"] not in labels or (one["operator"] == "In" and labels[one["key"]] not in one["values"]):
            return False
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
