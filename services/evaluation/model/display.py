"""The display rule: what may be shown of a figure, by the number of people it rests on."""

from typing import Literal

from services.evaluation.model.rule_sets import DisplayRules

DisplayClass = Literal["suppressed", "count only", "preliminary", "shown"]


def display_class(n: int, rules: DisplayRules) -> DisplayClass:
    """Say what may be shown of a figure that rests on n people, or on n pairs of their scores."""
    if n < rules.count_from:
        return "suppressed"
    if n < rules.preliminary_from:
        return "count only"
    return "preliminary" if n < rules.shown_from else "shown"


def withheld(display: DisplayClass, counted: str, rules: DisplayRules) -> str | None:
    """Say in a sentence what the display rule keeps back, and from how many of those `counted`; None if nothing."""
    if display == "suppressed":
        return f"Fewer than {rules.count_from} {counted}: they could be recognised."
    if display == "count only":
        return f"Fewer than {rules.preliminary_from} {counted} say nothing reliable: only their number is shown."
    if display == "preliminary":
        return f"Fewer than {rules.shown_from} {counted}: preliminary."
    return None
