"""National reference data, as files with their sources; they become records of the tenant `national`."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from services.evaluation.model.national import NationalFramework
from services.evaluation.model.payloads import RuleSetIsWrong
from services.evaluation.model.rule_sets import RuleSet, check_together


def national_payloads() -> list[dict[str, Any]]:
    """Read the payloads of the national rule sets, in the order of the file."""
    return _listed("rule-sets.yaml", "rule_sets")


@cache
def national_rule_sets() -> tuple[RuleSet, ...]:
    """Read and check the national rule sets, once a process: they never change while it runs.

    Raises `RuleSetIsWrong` with the place to mend.
    """
    rule_sets = tuple(RuleSet.from_payload(payload) for payload in national_payloads())
    check_together(rule_sets)
    return rule_sets


@cache
def national_frameworks() -> tuple[NationalFramework, ...]:
    """Read and check the national frameworks, oldest first, once a process: they never change while it runs.

    Raises `RuleSetIsWrong` with the place to mend.
    """
    payloads = _listed("national-frameworks.yaml", "frameworks")
    return tuple(sorted(map(NationalFramework.from_payload, payloads), key=lambda one: one.valid_from))


def _listed(file: str, key: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(files(__name__).joinpath(file).read_text(encoding="utf-8"))
    if not isinstance(document, dict) or not isinstance(document.get(key), list):
        raise RuleSetIsWrong(f"{file} must hold one list, {key}.")
    return list(document[key])
