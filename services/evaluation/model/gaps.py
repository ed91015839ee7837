"""Gaps: what a job's standard asks of a person, against the levels assessed.

A surplus in one competency never hides a gap in another: gaps are kept for each, and the job-person match (JPM) is
given both as the regulation adds it up and with every level capped at what is required.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from services.evaluation.model.rule_sets import Band, RuleSet

Status = Literal["met", "short", "not assessed"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """The level of a competency that a job asks for; a critical one comes first among equal gaps."""

    competency: str
    level: int
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A requirement beside the level of the person, which is None while it is not assessed."""

    requirement: Requirement
    level: int | None

    @property
    def size(self) -> int | None:
        """Give required minus assessed level: above 0 is short, 0 or below is met, None is not assessed."""
        return None if self.level is None else self.requirement.level - self.level

    @property
    def status(self) -> Status:
        """Say whether the requirement is met; a competency that is not assessed is neither met nor short."""
        if self.size is None:
            return "not assessed"
        return "short" if self.size > 0 else "met"


@dataclass(frozen=True, slots=True)
class JobPersonMatch:
    """Sums of levels over all requirements: assessed, assessed but capped at the requirement, and required."""

    assessed: int
    capped: int
    required: int

    @property
    def percent(self) -> Decimal:
        """Give the JPM as the regulation adds it up: assessed / required, at most 100, with two decimals."""
        return _percent(min(self.assessed, self.required), self.required)

    @property
    def capped_percent(self) -> Decimal:
        """Give the JPM in which no surplus counts, with two decimals."""
        return _percent(self.capped, self.required)

    def band(self, purpose: str, rule_set: RuleSet) -> Band:
        """Give the band for a purpose of the rule set ("filling", "mapping"), compared before any rounding.

        Raises `KeyError` for a purpose that the rule set does not have.
        """
        reached = min(self.assessed, self.required) * 100
        return next(band for band in rule_set.match[purpose] if reached >= band.from_percent * self.required)


def gaps(requirements: Iterable[Requirement], levels: Mapping[str, int | None]) -> tuple[Gap, ...]:
    """Set the requirements of a job beside a person's levels: widest gap first, what is not assessed last."""
    found = [Gap(requirement, levels.get(requirement.competency)) for requirement in requirements]
    return tuple(sorted(found, key=_order))


def job_person_match(found: Sequence[Gap]) -> JobPersonMatch | None:
    """Add up a job-person match; None without requirements, or while one of them is not assessed."""
    levels = [gap.level for gap in found if gap.level is not None]
    if not found or len(levels) < len(found):
        return None
    return JobPersonMatch(
        assessed=sum(levels),
        capped=sum(min(level, gap.requirement.level) for level, gap in zip(levels, found, strict=True)),
        required=sum(gap.requirement.level for gap in found),
    )


def _order(gap: Gap) -> tuple[bool, int, bool, str]:
    size = gap.size
    return size is None, -(size or 0), not gap.requirement.critical, gap.requirement.competency


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
