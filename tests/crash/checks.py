"""Looks for anything that was lost, doubled or put out of order; each difference is a sentence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from services.embedded import SERVICES
from tests.crash import recomputed
from tests.crash.ground import Ground
from tests.crash.pupils import Acknowledged
from tests.crash.stored import NAMES, Stored

SHOWN = 5
"""How many ids a sentence names."""


def differences(ground: Ground, stored: Stored, kept: Acknowledged) -> dict[str, list[str]]:
    """Give what each check found; nothing means that everything is as it must be."""
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "every acknowledged request is there": lambda: _acknowledged(stored, kept),
        "every event is published, in order within its aggregate": lambda: _order(stored),
        "every listener handled every event exactly once": lambda: _inboxes(stored),
        "nothing is dead or parked": lambda: _letters(stored),
        "figures and learning hours equal an independent recomputation": lambda: _recomputed(stored),
        "`verify` finds live and rebuilt identical": lambda: _verified(ground),
    }
    return {what: list(check()) for what, check in checks.items()}


def _acknowledged(stored: Stored, kept: Acknowledged) -> Iterator[str]:
    enrolled = {one.about["enrolment"]: one.about["person"] for one in stored.of_type(_ENROLLED)}
    rows = stored.rows("evaluation", "SELECT enrolment::text, state, enrolled_event, started_on FROM figure_rows")
    figures = {row["enrolment"]: row for row in rows}
    yield from _differ("enrolments", kept.enrolments, enrolled)
    counted = {one for one, row in figures.items() if row["enrolled_event"]}
    yield from _missing("enrolments in the figures", kept.enrolments, counted)
    marks = stored.rows("enrolment", "SELECT enrolment::text, lesson::text FROM lesson_marks")
    yield from _missing("lesson marks", kept.marks, {(row["enrolment"], row["lesson"]) for row in marks})
    saved = stored.rows("assessment", "SELECT attempt_id::text, question_id::text, response FROM answers")
    responses = {(row["attempt_id"], row["question_id"]): row["response"] for row in saved}
    yield from _missing("answers", kept.answers, responses)
    grades = stored.rows("assessment", "SELECT attempt_id::text, score FROM grades")
    yield from _differ("marks", kept.hand_ins, {row["attempt_id"]: row["score"] for row in grades})
    graded = {one.about["attempt"]: one.about["score"] for one in stored.of_type(_GRADED)}
    yield from _differ("marks said", kept.hand_ins, {one: graded.get(one) for one in kept.hand_ins})
    completed = Counter(one.about["enrolment"] for one in stored.of_type(_COMPLETED))
    yield from _differ("completions said", dict.fromkeys(kept.completions, 1), completed)
    done = {one for one, row in figures.items() if row["state"] == "completed"}
    yield from _differ("completions in the figures", dict.fromkeys(kept.completions, 1), dict.fromkeys(done, 1))


def _order(stored: Stored) -> Iterator[str]:
    waiting = [one.id for one in stored.events if not one.published]
    if waiting:
        yield f"{len(waiting)} events are not published, such as {_some(waiting)}."
    for name, outbox in stored.outboxes.items():
        sequences = defaultdict(list)
        for one in outbox:
            sequences[one.tenant, one.subject].append(one.sequence)
        for aggregate, found in sequences.items():
            if found != list(range(1, len(found) + 1)):
                yield f"{name} counts the events of {aggregate} as {found[:20]}."
    yield from _missing("events of the outboxes in the log", {one.id for one in stored.events}, _first_seen(stored))
    yield from _order_in_the_log(stored)


def _order_in_the_log(stored: Stored) -> Iterator[str]:
    """What comes again is left out: only where an event stands first can put it before another."""
    newest: dict[tuple[str, str, str], int] = {}
    for envelope in _first_seen(stored).values():
        aggregate = (envelope["source"], envelope["tenant"], envelope["subject"])
        if envelope["sequence"] != newest.get(aggregate, 0) + 1:
            yield f"In the log {aggregate} goes from {newest.get(aggregate, 0)} to {envelope['sequence']}."
        newest[aggregate] = envelope["sequence"]


def _first_seen(stored: Stored) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for envelopes in stored.log.values():
        for one in envelopes:
            found.setdefault(one["id"], one)
    return found


def _inboxes(stored: Stored) -> Iterator[str]:
    for service in SERVICES:
        types = {one.type for one in service.hears}
        wanted = {one.id: "done" for one in stored.events if one.type in types}
        rows = stored.rows(service.name, "SELECT event_id::text, state FROM inbox")
        yield from _differ(f"inbox of {service.name}", wanted, {row["event_id"]: row["state"] for row in rows})


def _letters(stored: Stored) -> Iterator[str]:
    for name in NAMES:
        for row in stored.rows(name, "SELECT event_id::text, type, state, reason FROM letters ORDER BY position"):
            yield f"{name}: {row['type']} {row['event_id']} is {row['state']}: {row['reason']}"


def _recomputed(stored: Stored) -> Iterator[str]:
    yield from _differ("figures", recomputed.figures(stored), recomputed.kept_figures(stored))
    yield from _differ("learning hours", recomputed.hours(stored), recomputed.kept_hours(stored))


def _verified(ground: Ground) -> Iterator[str]:
    for service in SERVICES:
        if not service.projections():
            continue
        ended = ground.suite.call(service.name, "verify")
        if ended.stdout != f"{service.name}: identical\n":
            yield f"{service.name} verify ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-2000:]}"


def _differ(what: str, wanted: Mapping[Any, Any], found: Mapping[Any, Any]) -> Iterator[str]:
    yield from _missing(what, wanted, found)
    more = [one for one in found if one not in wanted]
    if more:
        yield f"{what}: {len(more)} more than there should be, such as {_some(more)}."
    for one in [one for one in wanted if one in found and found[one] != wanted[one]][:SHOWN]:
        yield f"{what}: {one} is {found[one]} where {wanted[one]} is right."


def _missing(what: str, wanted: Collection[Any], found: Collection[Any]) -> Iterator[str]:
    lost = [one for one in wanted if one not in found]
    if lost:
        yield f"{what}: {len(lost)} of {len(wanted)} are missing, such as {_some(lost)}."


def _some(ids: Collection[Any]) -> str:
    return ", ".join(map(str, sorted(ids, key=str)[:SHOWN]))


_ENROLLED = "wiyata.enrolment.learner.enrolled"
_GRADED = "wiyata.assessment.attempt.graded"
_COMPLETED = "wiyata.enrolment.training.completed"
