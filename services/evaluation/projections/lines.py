"""What an event says as lines of the evidence ledger: one for each competency, weighed by the rule set of its day."""

from collections import defaultdict
from typing import Any, get_args

from services.evaluation.model.evidence import EvidenceIsWrong, Weights, of_completion, of_items, of_rating, of_score
from services.evaluation.model.lines import (
    SOURCE_OF_COMPLETIONS,
    SOURCE_OF_SCORES,
    source_of_ratings,
    source_of_tests,
)
from services.evaluation.model.rule_sets import in_force
from services.evaluation.reference import national_rule_sets
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.events.enrolment import TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, RaterRole

Row = dict[str, Any]


def lines_of_attempt(event: AttemptGraded) -> list[Row]:
    """Give one line for each competency that the items of an attempt measure."""
    rule_set = in_force(national_rule_sets(), event.handed_in_on)
    items: defaultdict[str, list[MarkedItem]] = defaultdict(list)
    for item in event.items:
        items[item.competency].append(item)
    common = {
        **_common(event),
        "piece": event.attempt,
        "source": source_of_tests(event.course),
        "role": event.role,
        "dated_on": event.handed_in_on,
        "handed_in_at": event.handed_in_at,
        "rule_set": rule_set.code,
    }
    return [_line(common, competency, of_items(some, rule_set)) for competency, some in sorted(items.items())]


def lines_of_completion(event: TrainingCompleted) -> list[Row]:
    """Give one line for each competency that a completed course leads to."""
    rule_set = in_force(national_rule_sets(), event.completed_on)
    weights = of_completion(rule_set)
    common = {
        **_common(event),
        "piece": event.enrolment,
        "source": SOURCE_OF_COMPLETIONS,
        "role": None,
        "dated_on": event.completed_on,
        "handed_in_at": None,
        "rule_set": rule_set.code,
    }
    return [_line(common, competency, weights) for competency in sorted({one.competency for one in event.outcomes})]


def line_of_finding(event: EvidenceRecorded) -> Row:
    """Give the line of a rating or of a score. Raises `EvidenceIsWrong` where a field of its kind is missing."""
    if event.competency is None:
        raise EvidenceIsWrong(f"A {event.kind} speaks of a competency; this one names none.")
    rule_set = in_force(national_rule_sets(), event.dated_on)
    common = {
        "tenant": event.tenant,
        "person": event.person,
        "piece": event.piece,
        "revision": 1,
        "event": event.id,
        "sequence": event.sequence,
        **dict.fromkeys(("role", "enrolment", "course", "course_version", "handed_in_at")),
        "dated_on": event.dated_on,
        "rule_set": rule_set.code,
    }
    if event.kind == "score":
        score, sem = _score_of(event)
        found = {"source": SOURCE_OF_SCORES, "score": score, "sem": sem}
        return _line(common, event.competency, of_score(score, sem, rule_set)) | found
    level, role = _rating_of(event)
    found = {"source": source_of_ratings(role), "rated": level}
    return _line(common, event.competency, of_rating(level, role, rule_set)) | found


def _rating_of(event: EvidenceRecorded) -> tuple[int, RaterRole]:
    if event.level is None or event.rater_role is None:
        known = ", ".join(get_args(RaterRole))
        raise EvidenceIsWrong(f"A rating has a level and the role of its rater ({known}); one of them is missing.")
    return event.level, event.rater_role


def _score_of(event: EvidenceRecorded) -> tuple[float, float]:
    if event.score is None or event.sem is None:
        raise EvidenceIsWrong("A score comes with its standard error of measurement; one of them is missing.")
    return event.score, event.sem


def _common(event: AttemptGraded | TrainingCompleted) -> Row:
    return {
        "tenant": event.tenant,
        "person": event.person,
        "revision": event.revision,
        "event": event.id,
        "sequence": event.sequence,
        "enrolment": event.enrolment,
        "course": event.course,
        "course_version": event.version,
    }


def _line(common: Row, competency: str, weights: Weights) -> Row:
    nothing = dict.fromkeys(("rated", "score", "sem"))
    return {**common, **nothing, "competency": competency, "weights": list(weights)}
