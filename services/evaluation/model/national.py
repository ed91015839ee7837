"""National competency frameworks: what the competencies are, what their levels mean, and what positions ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from services.evaluation.model.gaps import Requirement
from services.evaluation.model.payloads import RuleSetIsWrong, Section
from services.evaluation.model.rule_sets import LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalCompetency:
    """A competency that holds in every city; `levels` say what the levels 1 to 5 mean, in the regulation's words."""

    code: str
    name: str
    group: str
    levels: tuple[str, ...]

    @classmethod
    def read(cls, code: str, section: Section) -> Self:
        with section, section.section("levels") as statements:
            levels = tuple(statements.text(str(level)) for level in LEVELS)
            return cls(code=code, name=section.text("name"), group=section.text("group"), levels=levels)


@dataclass(frozen=True, kw_only=True)
class NationalFramework:
    """The competencies in force from `valid_from` on, and the level that a position type asks for of each of them.

    `sources` names where each level comes from, by its place.
    """

    code: str
    valid_from: date
    source: str
    competencies: tuple[NationalCompetency, ...]
    default_levels: Mapping[str, int]
    sources: Mapping[str, str]

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Make a framework of its payload, as read from YAML. Raises `RuleSetIsWrong` with the place to mend."""
        sources: dict[str, str] = {}
        with (
            Section(payload, "framework", sources) as whole,
            whole.section("competencies") as named,
            whole.section("default_levels") as positions,
        ):
            return cls(
                code=whole.text("code"),
                valid_from=whole.day("valid_from"),
                source=whole.text("source"),
                competencies=tuple(NationalCompetency.read(code, row) for code, row in named.sections()),
                default_levels={position: _level(row) for position, row in positions.sections()},
                sources=sources,
            )

    @property
    def names(self) -> dict[str, str]:
        """Give the names of the competencies by code, in the order of the dictionary."""
        return {one.code: one.name for one in self.competencies}

    def asked_of(self, position_type: str) -> list[Requirement]:
        """Give what a position asks for where the city has set nothing; empty for a type that is not known."""
        level = self.default_levels.get(position_type)
        return [] if level is None else [Requirement(code, level) for code in sorted(self.names)]


def national_on(frameworks: Iterable[NationalFramework], day: date) -> NationalFramework | None:
    """Pick the framework in force on a day: the one that began last."""
    begun = [one for one in frameworks if one.valid_from <= day]
    return max(begun, key=lambda one: one.valid_from, default=None)


def _level(row: Section) -> int:
    with row:
        row.source()
        level = row.plain_whole("level", least=LEVELS[0])
        if level > LEVELS[-1]:
            raise RuleSetIsWrong(f"{row.place}.level must be a level from 1 to 5; it is {level}.", place=row.place)
        return level
