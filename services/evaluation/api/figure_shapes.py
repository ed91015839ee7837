"""Figures as their schemas take them, each with the door to its rows."""

from typing import Any
from uuid import UUID

from flask import url_for

from services.evaluation.model.learning_hours import jp_of
from services.evaluation.model.levels import LevelsFigure
from services.evaluation.model.rates import RateFigure
from services.evaluation.queries.figures import Door, Figures

Shape = dict[str, Any]


def shape_of(found: Figures, *, unit: UUID | None) -> Shape:
    """Give all figures of a subject; `unit` is the one to which the caller narrowed them."""
    doors = _Doors(found, unit)
    counts, units = found.counts, found.subject.units
    return {
        found.subject.kind: found.subject.id,
        "title": found.title,
        "units": None if units is None else sorted(units),
        "enrolled": counts.enrolled,
        "active": counts.active,
        "completed": counts.completed,
        "closed": counts.closed,
        "closed_for": counts if found.shows_closings else None,
        "enrolment_rows": doors.to("enrolments"),
        "completion": doors.common("completion") | _rate(found, found.completion),
        "passing": doors.common("passing") | _rate(found, found.passing),
        "time": doors.common("time") | {"n": found.time.n, "days": found.time.days},
        "hours": doors.common("hours") | _hours(found),
        "levels": [_levels(found, one, doors) for one in found.levels],
        **doors.common("gain"),
        **_gain(found),
        "as_of": found.as_of,
        "rule_set": found.rule_set.code,
    }


class _Doors:
    """The addresses of the rows behind each figure."""

    def __init__(self, found: Figures, unit: UUID | None) -> None:
        self._found, self._unit = found, unit

    def to(self, door: Door) -> str | None:
        """Give the address of the rows behind a figure; None where it is suppressed with them."""
        if self._found.display(door) == "suppressed":
            return None
        subject = self._found.subject
        parameters: Shape = {f"{subject.kind}_id": subject.id, "of": door, "unit": self._unit}
        return url_for(f"figures.list_{subject.kind}_rows", **parameters)

    def common(self, door: Door) -> Shape:
        """Give what every figure says of itself but its n."""
        return {"display": self._found.display(door), "why": self._found.why(door), "rows": self.to(door)}


def _rate(found: Figures, figure: RateFigure) -> Shape:
    rate = figure.rate
    return {
        "n": figure.n,
        "count": rate and rate.count,
        "share": rate and rate.share,
        "interval": rate and rate.interval,
        "confidence": found.rule_set.display.confidence,
    }


def _hours(found: Figures) -> Shape:
    if found.display("hours") == "suppressed":
        return dict.fromkeys(("n", "minutes", "jp"))
    minutes = found.counts.minutes
    return {"n": found.counts.completed, "minutes": minutes, "jp": jp_of(minutes, found.rule_set)}


def _levels(found: Figures, figure: LevelsFigure, doors: _Doors) -> Shape:
    mean = figure.mean
    return {
        "competency": figure.competency,
        "display": figure.display,
        "why": found.why_of(figure.display, "levels"),
        "rows": None if figure.display == "suppressed" else doors.to("levels"),
        "n": figure.n,
        "total": figure.total,
        "mean": mean and mean.mean,
        "sd": mean and mean.sd,
        "interval": mean and mean.interval,
        "confidence": found.rule_set.display.confidence,
    }


def _gain(found: Figures) -> Shape:
    gain = found.gain.gain
    effect = gain.effect if gain else None
    confidence = found.rule_set.display.confidence
    return {
        "n": found.gain.n,
        "gain": gain and {"mean": gain.mean, "sd": gain.sd, "interval": gain.interval, "confidence": confidence},
        "d": effect and effect.d,
        "g": effect and effect.g,
        "shrunk": found.gain.shrunk,
    }
