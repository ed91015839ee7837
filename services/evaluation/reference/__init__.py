"""National reference data, as files with their sources; they become records of the tenant `national`."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from services.evaluation.model.payloads import RuleSetIsWrong
from services.evaluation.model.rule_sets import RuleSet, check_together


def national_payloads() -> list[dict[str, Any]]:
    """Read the payloads of the national rule sets, in the order of the file."""
    document = yaml.safe_load(files(__name__).joinpath("rule-sets.yaml").read_text(encoding="utf-8"))
    if not isinstance(document, dict) or not isinstance(document.get("rule_sets"), list):
        raise RuleSetIsWrong("rule-sets.yaml must hold one list, rule_sets.")
    return list(document["rule_sets"])


@cache
def national_rule_sets() -> tuple[RuleSet, ...]:
    """Read and check the national rule sets, once a process: they never change while it runs.

    Raises `RuleSetIsWrong` with the place to mend.
    """
    rule_sets = tuple(RuleSet.from_payload(payload) for payload in national_payloads())
    check_together(rule_sets)
    return rule_sets
