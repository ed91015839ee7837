"""What Prometheus and Grafana ask for is what the processes show: no alert that can never fire, no empty panel."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from shared.messaging import measures
from shared.messaging.standing import standing
from shared.plumbing import PARTITIONS
from shared.web import metrics
from tests.architecture.house import ROOT

HERE = ROOT / "deploy" / "monitoring"
GROUPS = yaml.safe_load((HERE / "alerts.yml").read_text(encoding="utf-8"))["groups"]
ALERTS: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
DASHBOARD: dict[str, Any] = json.loads((HERE / "dashboard.json").read_text(encoding="utf-8"))
PANELS = [one for one in DASHBOARD["panels"] if one["type"] != "row"]

OF_PROMETHEUS = {"up": set[str]()}
OF_EVERY_TARGET = {"job", "instance", "service", "process"}
"""The labels that deploy/monitoring/scrape.yml gives to all that one process shows."""

ENDINGS = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def shown() -> dict[str, set[str]]:
    """Give every series that the code registers, with its own labels."""
    found = {}
    for owner in (measures, metrics):
        for one in vars(owner).values():
            if isinstance(one, MetricWrapperBase):
                for family in one.describe():
                    found.update({series: set(one._labelnames) for series in _series(family)})
    for family in standing.describe():
        found.update({series: set(family._labelnames) for series in _series(family)})
    for family in REGISTRY.collect():
        if family.name.startswith("process_"):
            found.update({series: set() for series in _series(family)})
    return found


def _series(family: Any) -> list[str]:
    return [f"{family.name}{ending}" for ending in ENDINGS[family.type]]


SHOWN = shown()


def expressions() -> Iterator[tuple[str, str]]:
    """Name each expression, and give it."""
    for rule in ALERTS:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


EXPRESSIONS = list(expressions())


def asked(expression: str) -> set[str]:
    """Name the series that an expression asks for."""
    return set(re.findall(r"\b(wiyata_\w+|process_\w+_\w+|up)\b(?=[{\[ )])", f"{expression} "))


def labels_in(expression: str) -> set[str]:
    """Name the labels that an expression sorts or selects by."""
    grouped = re.findall(r"\b(?:by|on) \(([^)]+)\)", expression)
    selected = re.findall(r"\{([^}]+)\}", expression)
    return {name.strip() for one in grouped for name in one.split(",")} | {
        name for one in selected for name in re.findall(r"(\w+)\s*[=!]", one)
    }


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_whatever_is_asked_for_is_shown(where: str, expression: str) -> None:
    series = asked(expression)

    assert series, where
    assert series <= set(SHOWN) | set(OF_PROMETHEUS), where


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_an_expression_sorts_by_labels_that_its_series_have(where: str, expression: str) -> None:
    of_one_target = {name for one in asked(expression) if not one.startswith("wiyata_") for name in OF_EVERY_TARGET}
    own = {name for one in asked(expression) for name in SHOWN.get(one, set())}
    buckets = {"le"} if "_bucket" in expression else set[str]()

    assert labels_in(expression) <= own | of_one_target | buckets, where


def test_whatever_we_show_can_be_seen() -> None:
    ours = {name for name in SHOWN if name.startswith("wiyata_") and not name.endswith(("_count", "_sum", "_bucket"))}

    assert ours - {name for _, expression in EXPRESSIONS for name in asked(expression)} == set()


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "description"}
    spoken = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    grouped = re.search(r"by \(([^)]+)\)", rule["expr"])
    if grouped and not rule["expr"].startswith("min_over_time"):
        assert spoken <= {name.strip() for name in grouped[1].split(",")}
    else:
        assert spoken <= OF_EVERY_TARGET | {name for one in asked(rule["expr"]) for name in SHOWN.get(one, set())}


def test_the_alert_of_missing_consumers_counts_all_partitions() -> None:
    (rule,) = (one for one in ALERTS if one["alert"] == "WiyataPartitionHasNoConsumer")

    assert rule["expr"].endswith(f"< {PARTITIONS}")


def test_no_two_panels_share_an_id_or_a_place() -> None:
    ids = [one["id"] for one in DASHBOARD["panels"]]
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in DASHBOARD["panels"]]

    assert len(set(ids)) == len(ids)
    assert len(set(places)) == len(places)
