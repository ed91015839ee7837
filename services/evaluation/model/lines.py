"""Lines of the evidence ledger: one for each piece of evidence about one competency of one person.

A line holds the highest revision of its piece that has arrived. Which lines count follows from the lines alone, in
whatever order they came.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.evaluation.model.evidence import Weights

Kind = Literal["test", "rating", "score", "completion"]
Role = Literal["pre", "post", "quiz"]


class Standing(StrEnum):
    """What a line does for the level, as the person it is about may read it."""

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    LATER_PRE_TEST = "later-pre-test"
    QUIZ = "quiz"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A piece of evidence about one competency of one person.

    `piece` is the id of the attempt, of the enrolment (for its completion) or of the recorded rating or score.
    `in_force` is False for a revision that takes the piece back, as a revoked completion does, until a later revision.
    `withdrawn` is True once the piece is annulled or withdrawn: that holds for every revision, before or after it.
    `dated_on` is the local day of the evidence; `weights` are in micro-nats, by the rule set named in `rule_set`.
    """

    piece: UUID
    revision: int
    competency: str
    source: str
    dated_on: date
    weights: Weights
    rule_set: str
    enrolment: UUID | None = None
    role: Role | None = None
    handed_in_at: datetime | None = None
    in_force: bool = True
    withdrawn: bool = False

    @property
    def kind(self) -> Kind:
        """Say what kind of evidence this is."""
        return kind_of(self.source)

    @property
    def month(self) -> int:
        """Give the month of the evidence, as `month_of` counts."""
        return month_of(self.dated_on)

    @property
    def is_post_training(self) -> bool:
        """Say whether this came after the training: a post-test or the completion."""
        return self.role == "post" or self.kind == "completion"


def source_of_tests(course: UUID) -> str:
    """Name the source of a course's pre- and post-tests."""
    return f"test/{course}"


def source_of_ratings(rater_role: str) -> str:
    """Name the source of the ratings by raters of one role."""
    return f"rating/{rater_role}"


def rater_role_of(source: str) -> str | None:
    """Name the role of the raters behind a source of ratings; None for any other source."""
    return source.removeprefix("rating/") if kind_of(source) == "rating" else None


SOURCE_OF_SCORES = "score"
"""The one source of scores from outside."""

SOURCE_OF_COMPLETIONS = "completion"
"""The one source of all completions of a competency's trainings."""


def kind_of(source: str) -> Kind:
    """Say what kind of evidence comes from a source."""
    for kind in ("test", "rating", "score", "completion"):
        if source.partition("/")[0] == kind:
            return kind
    raise ValueError(f"A source begins with test, rating, score or completion; this one is {source!r}.")


def month_of(day: date) -> int:
    """Number a day's month, counting months since the year 0."""
    return day.year * 12 + day.month - 1


def first_day_of(month: int) -> date:
    """Give the first day of a month numbered by `month_of`."""
    return date(month // 12, month % 12 + 1, 1)


def settled(lines: Iterable[Line]) -> list[Line]:
    """Keep one line per piece: its highest revision, withdrawn if any of its revisions is."""
    pieces: dict[UUID, Line] = {}
    for line in lines:
        known = pieces.get(line.piece)
        pieces[line.piece] = line if known is None else merged(known, line)
    return list(pieces.values())


def merged(one: Line, other: Line) -> Line:
    """Join two reports of one piece: the higher revision, withdrawn if either is.

    Whoever keeps the lines also remembers a withdrawal that comes before its piece; it is no line yet.
    """
    newer = max(one, other, key=lambda line: (line.revision, not line.in_force))
    withdrawn = one.withdrawn or other.withdrawn
    return newer if newer.withdrawn == withdrawn else replace(newer, withdrawn=withdrawn)


def standings(lines: Iterable[Line]) -> dict[UUID, Standing]:
    """Say for every piece of one person and competency whether it counts, and if not, why.

    The first pre-test of an enrolment (by the time of handing in, then by id) counts until a post-test of the same
    enrolment is in force. Every post-test counts; quizzes and later pre-tests do not.
    """
    pieces = settled(lines)
    present = [line for line in pieces if line.in_force and not line.withdrawn]
    finished = {line.enrolment for line in present if line.role == "post"}
    first_pre: dict[UUID | None, Line] = {}
    for line in sorted((line for line in present if line.role == "pre"), key=_order_of_handing_in):
        first_pre.setdefault(line.enrolment, line)
    return {line.piece: _standing(line, finished, first_pre.get(line.enrolment)) for line in pieces}


def counting(lines: Iterable[Line]) -> list[Line]:
    """Pick the lines that count."""
    pieces = settled(lines)
    stand = standings(pieces)
    return [line for line in pieces if stand[line.piece] is Standing.COUNTS]


def _standing(line: Line, finished: set[UUID | None], first_pre: Line | None) -> Standing:
    if line.withdrawn:
        return Standing.WITHDRAWN
    if not line.in_force:
        return Standing.REVOKED
    if line.role == "quiz":
        return Standing.QUIZ
    if line.role == "pre" and line.enrolment in finished:
        return Standing.SUPERSEDED
    if line.role == "pre" and line is not first_pre:
        return Standing.LATER_PRE_TEST
    return Standing.COUNTS


def _order_of_handing_in(line: Line) -> tuple[datetime, UUID]:
    if line.handed_in_at is None:
        raise ValueError(f"Pre-test {line.piece} has no time of handing in; its line needs one.")
    return line.handed_in_at, line.piece
