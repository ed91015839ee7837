"""Rule sets: every number that a regulation or a choice of ours sets, dated, with its source.

A rule set never changes once it is in use; a new regulation makes a new one with a later `valid_from`. Code holds the
formulas alone.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from services.evaluation.model.payloads import RuleSetIsWrong, Section
from shared.errors import Conflict

LEVELS = (1, 2, 3, 4, 5)
"""The five levels of a competency: the shape of the scale, on which `Five` and every table of levels rest."""

Five = tuple[float, float, float, float, float]
Scope = Literal["domestic", "international"]
Basis = Literal["minutes", "day", "time", "activity"]


class NoRuleSetInForce(Conflict):
    """No rule set was in force on that day."""


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """How likely a result is at each level. Logits for `thetas`; levels for the spreads."""

    thetas: Five
    target_success: float
    uncalibrated_discrimination: float
    score_spread: float
    rater_spread: Mapping[str, float]
    completion: Five

    @classmethod
    def read(cls, section: Section) -> Self:
        with section:
            return cls(
                thetas=section.five("thetas"),
                target_success=section.number("target_success", least=0.01, most=0.99),
                uncalibrated_discrimination=section.number("uncalibrated_discrimination", least=0.01),
                score_spread=section.number("score_spread", least=0.01),
                rater_spread=section.numbers_by_name("rater_spread", least=0.01),
                completion=section.five("completion", least=0.000001, most=1),
            )


@dataclass(frozen=True, slots=True)
class LevelRules:
    """How evidence is read as a level. Information is in nat, half-lives in months."""

    prior: Five
    source_dependence: float
    half_life: float
    half_life_by_practice: Mapping[str, float]
    probability: float
    information_to_set: float
    information_to_raise: float
    fresh_from: float
    ageing_from: float

    @classmethod
    def read(cls, section: Section) -> Self:
        with section:
            prior = section.five("prior", least=0.000001, most=1)
            if not math.isclose(sum(prior), 1, abs_tol=1e-9):
                raise RuleSetIsWrong(f"{section.place}.prior must add up to 1.", place=f"{section.place}.prior")
            return cls(
                prior=prior,
                source_dependence=section.number("source_dependence", most=1),
                half_life=section.number("half_life_months", least=0.01),
                half_life_by_practice=section.numbers_by_name("half_life_months_by_practice", least=0.01),
                probability=section.number("probability", least=0.5, most=1),
                information_to_set=section.number("information_to_set"),
                information_to_raise=section.number("information_to_raise"),
                fresh_from=section.number("fresh_from"),
                ageing_from=section.number("ageing_from"),
            )

    def half_life_of(self, practice: str | None) -> float:
        """Give the months in which evidence of a competency so practised loses half its weight."""
        return self.half_life_by_practice.get(practice or "", self.half_life)


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the job-person match: from this percentage up it bears this code and name."""

    from_percent: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FormRule:
    """How a form of development counts. `jp` is per day, time or activity; `percent` is taken of the minutes."""

    basis: Basis
    jp: int
    percent: int
    most_jp_a_day: int | None
    most_times_a_month: int | None

    @classmethod
    def read(cls, section: Section) -> Self:
        with section:
            basis = _basis(section.text("basis"), section.place)
            by_minutes = basis == "minutes"
            return cls(
                basis=basis,
                jp=0 if by_minutes else section.plain_whole("jp", least=1),
                percent=section.plain_whole("percent", least=1) if by_minutes else 100,
                most_jp_a_day=_if_given(section, "most_jp_a_day") if by_minutes else None,
                most_times_a_month=_if_given(section, "most_times_a_month") if basis == "time" else None,
            )


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The JP due to one employment type in its period: a floor, a ceiling, or both."""

    period: Literal["calendar year", "contract year"]
    floor_jp: int | None
    ceiling_jp: int | None

    @classmethod
    def read(cls, section: Section) -> Self:
        with section:
            section.source()
            period = section.text("period")
            if period not in ("calendar year", "contract year"):
                place = f"{section.place}.period"
                raise RuleSetIsWrong(f'{place} must be "calendar year" or "contract year".', place=place)
            return cls(
                period="calendar year" if period == "calendar year" else "contract year",
                floor_jp=_if_given(section, "floor_jp"),
                ceiling_jp=_if_given(section, "ceiling_jp"),
            )


@dataclass(frozen=True, slots=True)
class HoursRules:
    """How learning hours (JP, jam pelajaran) are counted, by form and scope, and what is due."""

    minutes_per_jp: int
    forms: Mapping[tuple[str, Scope], FormRule]
    form_names: Mapping[str, str]
    entitlements: Mapping[str, Entitlement]

    @classmethod
    def read(cls, section: Section) -> Self:
        forms: dict[tuple[str, Scope], FormRule] = {}
        names: dict[str, str] = {}
        with section, section.section("forms") as table, section.section("entitlements") as due:
            for code, row in table.sections():
                with row:
                    row.source()
                    names[code] = row.text("name")
                    forms[code, "domestic"] = FormRule.read(row.section("domestic"))
                    if row.has("international"):
                        forms[code, "international"] = FormRule.read(row.section("international"))
            return cls(
                minutes_per_jp=section.whole("minutes_per_jp", least=1),
                forms=forms,
                form_names=names,
                entitlements={kind: Entitlement.read(row) for kind, row in due.sections()},
            )


@dataclass(frozen=True, slots=True)
class DisplayRules:
    """From how many pairs which figure is shown, and the prior that steadies small ones (in standard deviations)."""

    count_from: int
    preliminary_from: int
    shown_from: int
    effect_from: int
    prior_mean: float
    prior_sd: float
    confidence: float

    @classmethod
    def read(cls, section: Section) -> Self:
        with section:
            rules = cls(
                count_from=section.whole("count_from", least=1),
                preliminary_from=section.whole("preliminary_from", least=3),
                shown_from=section.whole("shown_from", least=3),
                effect_from=section.whole("effect_from", least=3),
                prior_mean=section.number("prior_mean", least=-math.inf),
                prior_sd=section.number("prior_sd", least=0.001),
                confidence=section.number("confidence", least=0.5, most=0.9999),
            )
        steps = (rules.count_from, rules.preliminary_from, rules.shown_from, rules.effect_from)
        if list(steps) != sorted(steps):
            raise RuleSetIsWrong(f"{section.place}: the four thresholds must not fall.", place=section.place)
        return rules


@dataclass(frozen=True)
class RuleSet:
    """All numbers in force from `valid_from` until a later rule set; `sources` names each number's, by its place."""

    code: str
    valid_from: date
    source: str
    evidence: EvidenceRules
    level: LevelRules
    match: Mapping[str, tuple[Band, ...]]
    hours: HoursRules
    display: DisplayRules
    sources: Mapping[str, str]

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Make a rule set of its payload, as read from JSON or YAML.

        Raises `RuleSetIsWrong` for a key that is unknown or missing and for a value of the wrong type or range.
        """
        sources: dict[str, str] = {}
        with Section(payload, "rule set", sources) as whole:
            return cls(
                code=whole.text("code"),
                valid_from=whole.day("valid_from"),
                source=whole.text("source"),
                evidence=EvidenceRules.read(whole.section("evidence")),
                level=LevelRules.read(whole.section("level")),
                match=_bands(whole.section("job_person_match")),
                hours=HoursRules.read(whole.section("learning_hours")),
                display=DisplayRules.read(whole.section("display")),
                sources=sources,
            )


def in_force(rule_sets: Iterable[RuleSet], on: date) -> RuleSet:
    """Pick the rule set in force on a day: the one with the latest `valid_from` not after it.

    Raises `NoRuleSetInForce` for a day before the first.
    """
    begun = [rule_set for rule_set in rule_sets if rule_set.valid_from <= on]
    if not begun:
        raise NoRuleSetInForce(f"No rule set is in force on {on}; add one that is valid by then.", on=str(on))
    return max(begun, key=lambda rule_set: rule_set.valid_from)


def check_together(rule_sets: Sequence[RuleSet]) -> None:
    """Refuse rule sets that leave open which one holds: the same code or day twice, or a start within a month.

    Readings use the rule set of the first day of a month, so the first one has to begin with a month.
    """
    if not rule_sets:
        raise RuleSetIsWrong("There is no rule set; at least one is needed.")
    for what, values in (
        ("code", [rule_set.code for rule_set in rule_sets]),
        ("valid_from", [rule_set.valid_from for rule_set in rule_sets]),
    ):
        if len(set(values)) < len(values):
            raise RuleSetIsWrong(f"Two rule sets have the same {what}; give each its own.")
    first = min(rule_sets, key=lambda rule_set: rule_set.valid_from)
    if first.valid_from.day != 1:
        raise RuleSetIsWrong(f"{first.code} is the first rule set, so valid_from must be the first day of a month.")


def _bands(section: Section) -> dict[str, tuple[Band, ...]]:
    bands: dict[str, tuple[Band, ...]] = {}
    with section:
        for purpose, table in section.sections():
            with table:
                table.source()
                found = [_band(code, row) for code, row in table.sections()]
            bands[purpose] = tuple(sorted(found, key=lambda band: -band.from_percent))
            if not found or bands[purpose][-1].from_percent != 0:
                raise RuleSetIsWrong(f"{table.place} must have a band from 0 up.", place=table.place)
    return bands


def _band(code: str, row: Section) -> Band:
    with row:
        return Band(from_percent=row.plain_whole("from_percent"), code=code, name=row.text("name"))


def _basis(text: str, place: str) -> Basis:
    for basis in ("minutes", "day", "time", "activity"):
        if text == basis:
            return basis
    raise RuleSetIsWrong(f"{place}.basis must be minutes, day, time or activity; it is {text!r}.", place=place)


def _if_given(section: Section, key: str) -> int | None:
    return section.plain_whole(key, least=1) if section.has(key) else None
