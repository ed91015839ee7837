"""What stands in deploy/kubernetes: the kustomizations, and every resource as it is written in its own file."""

from collections.abc import Iterator
from typing import Any

import yaml

from tests.architecture.house import ROOT, SERVICES
from tests.architecture.test_processes import processes

Resource = dict[str, Any]

HERE = ROOT / "deploy" / "kubernetes"
LISTENING = [name for name in SERVICES if "consumer" in processes(name)]
VERSIONS = ("1.32", "1.37")
"""The oldest Kubernetes that these files are for, which has the pause before the end, and the newest that is known."""


def read(place: str) -> list[Resource]:
    """Give the documents of a file."""
    return list(yaml.safe_load_all((HERE / place).read_text(encoding="utf-8")))


def kustomizations() -> dict[str, Resource]:
    """Give every kustomization by its folder."""
    return {
        path.parent.relative_to(HERE).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in HERE.rglob("kustomization.yaml")
    }


def named(folder: str) -> Iterator[tuple[str, str]]:
    """Name the files that a kustomization reads, and what as: resources, or patches."""
    said = kustomizations()[folder]
    for one in said["resources"]:
        if one.endswith(".yaml"):
            yield "resources", f"{folder}/{one}"
    for patch in said.get("patches", []):
        if "path" in patch:
            yield "patches", f"{folder}/{patch['path']}"


FILES = sorted((kind, place) for folder in kustomizations() for kind, place in named(folder))
RESOURCES = [place for kind, place in FILES if kind == "resources"]
CORE = [one for place in RESOURCES for one in read(place) if not one["apiVersion"].startswith("keda.sh/")]


def process_of(resource: Resource) -> str:
    """Name the process that a workload runs, or nothing for another resource."""
    label: str = resource.get("spec", {}).get("template", {}).get("metadata", {}).get("labels", {}).get("process", "")
    return label


PROCESSES = {process_of(one): one for one in CORE if process_of(one)}


def pod_of(workload: Resource) -> Resource:
    """Give what a workload says of its pods."""
    pod: Resource = workload["spec"]["template"]["spec"]
    return pod


def container_of(workload: Resource) -> Resource:
    """Give the one container of a workload."""
    (container,) = pod_of(workload)["containers"]
    return dict(container)
