"""What figures must say of a set of events, counted the plain way: no sums that are kept, no database, no order."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from services.evaluation.model.counts import Counts
from services.evaluation.model.evidence import Weights, of_completion, of_items, of_rating
from services.evaluation.model.figures import PairSums
from services.evaluation.model.lines import month_of
from services.evaluation.reference import national_rule_sets
from shared.events import Event
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import (
    CompletionRevoked,
    EnrolmentClosed,
    EnrolmentFact,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.events.identity import PersonErased

(RULES,) = national_rule_sets()

Told = TypeVar("Told", bound=Event)
Minimums = Mapping[UUID, Mapping[UUID, int]]
"""By course, the least score in each post-test that must be passed."""


@dataclass
class Standing:
    """One enrolment, as it stands after everything that was said."""

    facts: list[EnrolmentFact] = field(default_factory=list)

    @property
    def last(self) -> EnrolmentFact | None:
        """The newest fact that says where the enrolment stands."""
        settling = (
            of(self.facts, TrainingCompleted) + of(self.facts, CompletionRevoked) + of(self.facts, EnrolmentClosed)
        )
        return max(settling, key=lambda one: one.sequence, default=None)

    @property
    def completion(self) -> TrainingCompleted | None:
        return self.last if isinstance(self.last, TrainingCompleted) else None

    @property
    def counts(self) -> Counts:
        closed_for = self.last.reason if isinstance(self.last, EnrolmentClosed) else None
        is_open = self.last is None or isinstance(self.last, CompletionRevoked)
        return Counts(
            enrolled=bool(of(self.facts, LearnerEnrolled)),
            active=is_open and bool(of(self.facts, LearningStarted)),
            completed=self.completion is not None,
            withdrawn=closed_for == "withdrawn",
            not_completed=closed_for == "not_completed",
            erased=closed_for == "erased",
            minutes=sum(day.minutes for day in self.completion.minutes) if self.completion else 0,
        )

    @property
    def pair(self) -> tuple[int, int] | None:
        done = self.completion
        return (done.pre, done.post) if done and done.pre is not None and done.post is not None else None

    @property
    def days(self) -> int | None:
        starts, done = of(self.facts, LearningStarted), self.completion
        if not starts or not done or done.completed_on < starts[0].started_on:
            return None
        return (done.completed_on - starts[0].started_on).days + 1


def of(events: Iterable[Event], kind: type[Told]) -> list[Told]:
    return [event for event in events if isinstance(event, kind)]


@dataclass
class Expected:
    """What is expected of the enrolments that are counted."""

    counts: Counts = field(default_factory=Counts)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    days: Counter[int] = field(default_factory=Counter)
    handed_in: int = 0
    passed: int = 0
    gained: dict[str, list[int]] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)

    @property
    def as_of(self) -> datetime | None:
        return max(self.times, default=None)

    @property
    def sums(self) -> PairSums:
        pre, post = [pair[0] for pair in self.pairs], [pair[1] for pair in self.pairs]
        together = sum(one * other for one, other in self.pairs)
        squares = [sum(score * score for score in scores) for scores in (pre, post)]
        return PairSums(len(self.pairs), sum(pre), sum(post), squares[0], squares[1], together)


def expected(events: Iterable[Event], minimums: Minimums, counted: Callable[[EnrolmentFact], bool]) -> Expected:
    """Count the enrolments that are `counted`, plainly one after the other."""
    told = list({event.id: event for event in events}.values())
    about = [event for event in told if isinstance(event, EnrolmentFact) and counted(event)]
    found = Expected()
    for enrolment in {event.enrolment for event in about}:
        facts = [event for event in about if event.enrolment == enrolment]
        if not any(not isinstance(one, AttemptGraded | AttemptAnnulled) for one in facts):
            continue  # Of the enrolment itself nothing was said yet.
        standing = Standing(facts)
        found.times += [one.time for one in facts if not (isinstance(one, AttemptGraded) and one.role != "post")]
        found.counts += standing.counts
        found.pairs += [standing.pair] if standing.pair else []
        found.days.update([standing.days] if standing.days else [])
        best = best_scores(facts)
        asked = minimums[facts[0].course]
        if any(test in best for test in asked):
            found.handed_in += 1
            found.passed += all(best.get(test, -1) >= minimum for test, minimum in asked.items())
        if standing.completion:
            for competency in {one.competency for one in standing.completion.outcomes}:
                gained = levels_gained(told, standing.completion, competency)
                if gained is not None:
                    found.gained.setdefault(competency, []).append(gained)
    return found


def best_scores(facts: Iterable[EnrolmentFact]) -> dict[UUID, int]:
    """Give the best score in each post-test, of attempts that are not annulled, in their highest revision."""
    annulled = {one.attempt for one in of(facts, AttemptAnnulled)}
    newest = {one.attempt: one for one in sorted(of(facts, AttemptGraded), key=lambda one: one.revision)}
    best: dict[UUID, int] = {}
    for one in newest.values():
        if one.role == "post" and one.attempt not in annulled:
            best[one.assessment] = max(best.get(one.assessment, 0), one.score)
    return best


@dataclass(frozen=True)
class Piece:
    source: str
    month: int
    weights: Weights
    enrolment: UUID | None = None
    role: str = ""
    order: tuple[Any, ...] = ()


def levels_gained(told: list[Event], completion: TrainingCompleted, competency: str) -> int | None:
    """Give E[L] with minus without the evidence after the training, in micro-levels; None of somebody erased."""
    if any(one.person == completion.person for one in of(told, PersonErased)):
        return None
    month = month_of(completion.completed_on)
    pieces = [one for one in _pieces(told, completion.person, competency) if one.month <= month]
    after = {"post", "completion"}
    others = [one for one in pieces if one.enrolment != completion.enrolment or one.role not in after]
    return round((_expected_level(pieces, month) - _expected_level(others, month)) * 1_000_000)


def _pieces(told: list[Event], person: UUID, competency: str) -> list[Piece]:
    withdrawn = {one.piece for one in of(told, EvidenceWithdrawn) if one.competency in (competency, None)}
    withdrawn |= {one.attempt for one in of(told, AttemptAnnulled)}
    attempts = {one.attempt: one for one in sorted(of(told, AttemptGraded), key=lambda one: one.revision)}
    found: list[Piece] = []
    for one in attempts.values():
        items = [item for item in one.items if item.competency == competency]
        if one.person == person and items and one.attempt not in withdrawn and one.role != "quiz":
            order = (one.handed_in_at, one.attempt)
            weights = of_items(items, RULES)
            found.append(Piece(str(one.course), month_of(one.handed_in_on), weights, one.enrolment, one.role, order))
    for rating in of(told, EvidenceRecorded):
        if (rating.person, rating.competency) == (person, competency) and rating.piece not in withdrawn:
            weights = of_rating(rating.level or 0, str(rating.rater_role), RULES)
            found.append(Piece(str(rating.rater_role), month_of(rating.dated_on), weights))
    by_enrolment = {one.enrolment: one for one in of(told, TrainingCompleted) if one.person == person}
    for enrolment in by_enrolment.keys() - withdrawn:
        done = _completion_in_force(told, enrolment)
        if done and competency in {one.competency for one in done.outcomes}:
            weights = of_completion(RULES)
            found.append(Piece("completion", month_of(done.completed_on), weights, enrolment, "completion"))
    return found


def _completion_in_force(told: list[Event], enrolment: UUID) -> TrainingCompleted | None:
    """Give the highest revision, unless it is revoked. A closing says nothing of the ledger."""
    done = max((one for one in of(told, TrainingCompleted) if one.enrolment == enrolment), key=lambda one: one.revision)
    revoked = [one.revision for one in of(told, CompletionRevoked) if one.enrolment == enrolment]
    return None if max(revoked, default=0) >= done.revision else done


def _expected_level(pieces: list[Piece], month: int) -> float:
    """Read pieces at a month; an enrolment's pre-test counts, the first alone, while it has no post-test."""
    finished = {one.enrolment for one in pieces if one.role == "post"}
    pres = sorted((one for one in pieces if one.role == "pre"), key=lambda one: one.order)
    first = {one.enrolment: one for one in reversed(pres)}
    heard = [
        one for one in pieces if one.role != "pre" or (one is first[one.enrolment] and one.enrolment not in finished)
    ]
    alike = Counter(one.source for one in heard)
    logs = [math.log(share) for share in RULES.level.prior]
    for one in heard:
        weight = 2 ** (-(month - one.month) / RULES.level.half_life)
        weight /= 1 + (alike[one.source] - 1) * RULES.level.source_dependence
        logs = [log + weight * nats / 1_000_000 for log, nats in zip(logs, one.weights, strict=True)]
    odds = [math.exp(log - max(logs)) for log in logs]
    return sum(level * share for level, share in enumerate(odds, 1)) / sum(odds)
