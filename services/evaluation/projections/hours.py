"""The fold of completions and verified activities into learning hours: each day, and what counts under the caps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.learning_hours import Activity, HoursAreWrong, counted_minutes, uncapped_minutes
from services.evaluation.model.rule_sets import Scope, in_force
from services.evaluation.model.tables import HoursEntry, Piece, Tombstone
from services.evaluation.projections.ledger import revocations_of
from services.evaluation.projections.pieces import Place
from services.evaluation.reference import national_rule_sets
from shared.database import put
from shared.events.enrolment import CompletionRevoked, DayMinutes, TrainingCompleted
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn

Row = dict[str, Any]
People = set[Place]
"""Tenants and people."""

_KEY = ("tenant", "piece", "day")


def record_hours(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Write the days of each completion in place of what was there, unless it was revoked before it came."""
    replaced = {(event.tenant, event.enrolment) for event in events}
    revoked = {place: row["revision"] for place, row in revocations_of(session, replaced).items()}
    holding = [event for event in events if event.revision > revoked.get((event.tenant, event.enrolment), 0)]
    fresh = [row for event in holding for row in _days_of_completion(event)]
    _replace(session, {(event.tenant, event.person) for event in events}, replaced, fresh)


def take_back_hours(session: Session, events: Sequence[CompletionRevoked]) -> None:
    """Remove the days of the completions that were revoked, unless a higher revision stands there by now."""
    told = {(event.tenant, event.enrolment): event for event in events}
    wanted = select(Piece.tenant, Piece.piece, Piece.revision).where(
        tuple_(Piece.tenant, Piece.piece).in_(sorted(told))
    )
    heard = {(row.tenant, row.piece): row.revision for row in session.execute(wanted)}
    revoked = revocations_of(session, told)
    gone = {place for place, revision in heard.items() if place in revoked and revision <= revoked[place]["revision"]}
    _replace(session, {(told[place].tenant, told[place].person) for place in gone}, gone, [])


def record_activities(session: Session, events: Sequence[EvidenceRecorded]) -> None:
    """Write the days of each activity that was verified, unless it was withdrawn before it came."""
    pieces = sorted({(event.tenant, event.piece) for event in events})
    key = tuple_(Tombstone.tenant, Tombstone.piece)
    rows = session.execute(select(Tombstone.tenant, Tombstone.piece).where(key.in_(pieces)))
    withdrawn = {(row.tenant, row.piece) for row in rows}
    holding = [event for event in events if (event.tenant, event.piece) not in withdrawn]
    fresh = [row for event in holding for row in _days_of_activity(event)]
    _replace(session, {(event.tenant, event.person) for event in holding}, set(pieces), fresh)


def take_back_activities(session: Session, events: Sequence[EvidenceWithdrawn]) -> None:
    """Remove the days of the activities among what was withdrawn."""
    whole = [event for event in events if event.competency is None]
    people = {(event.tenant, event.person) for event in whole}
    _replace(session, people, {(event.tenant, event.piece) for event in whole}, [])


def _replace(session: Session, people: People, replaced: set[Place], fresh: Sequence[Row]) -> None:
    """Put days in the place of those of some pieces.

    Caps hold across the activities of a person, so all of a touched person's days are counted anew.
    """
    known = {_key(row): row for row in _entries_of(session, people)}
    kept = [row for row in known.values() if (row["tenant"], row["piece"]) not in replaced]
    wanted = {_key(row): row for row in _counted([*kept, *fresh])}
    _forget(session, known.keys() - wanted.keys())
    put(session, HoursEntry, [row for key, row in wanted.items() if known.get(key) != row])


def _entries_of(session: Session, people: People) -> list[Row]:
    wanted = select(HoursEntry.__table__).where(tuple_(HoursEntry.tenant, HoursEntry.person).in_(sorted(people)))
    return [dict(row) for row in session.execute(wanted).mappings()]


def _days_of_completion(event: TrainingCompleted) -> list[Row]:
    common = {
        "tenant": event.tenant,
        "piece": event.enrolment,
        "person": event.person,
        "enrolment": event.enrolment,
        "course": event.course,
        "course_version": event.version,
        "form": event.form,
        "scope": event.scope,
        "event": event.id,
    }
    return [{**common, "day": day, "minutes": minutes} for day, minutes in _by_day(event.minutes)]


def _days_of_activity(event: EvidenceRecorded) -> list[Row]:
    if event.form is None or event.scope is None:
        raise HoursAreWrong("An activity has a form of the JP table and a scope; one of them is missing.")
    common = {
        "tenant": event.tenant,
        "piece": event.piece,
        "person": event.person,
        **dict.fromkeys(("enrolment", "course", "course_version")),
        "form": event.form,
        "scope": event.scope,
        "event": event.id,
    }
    return [{**common, "day": day, "minutes": minutes} for day, minutes in _by_day(event.minutes)]


def _by_day(minutes: Iterable[DayMinutes]) -> list[tuple[date, int]]:
    learnt: defaultdict[date, int] = defaultdict(int)
    for one in minutes:
        learnt[one.day] += one.minutes
    return sorted((day, count) for day, count in learnt.items() if count)


def _counted(rows: Iterable[Row]) -> list[Row]:
    """Count the days of each person anew."""
    people: defaultdict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        people[row["tenant"], row["person"]].append(row)
    return [counted for some in people.values() for counted in _counted_for_person(some)]


def _counted_for_person(rows: Sequence[Row]) -> list[Row]:
    rule_sets = national_rule_sets()
    activities = {activity.id: activity for activity in _activities(rows)}
    counted = counted_minutes(activities.values(), rule_sets)
    uncapped = {identity: uncapped_minutes(activity, rule_sets) for identity, activity in activities.items()}
    return [
        {
            **row,
            "counted": counted[row["piece"]].get(row["day"], 0),
            "cut": uncapped[row["piece"]][row["day"]] - counted[row["piece"]].get(row["day"], 0),
            "rule_set": in_force(rule_sets, row["day"]).code,
        }
        for row in rows
    ]


def _activities(rows: Iterable[Row]) -> list[Activity]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["piece"]].append(row)
    return [
        Activity(
            id=piece,
            form=some[0]["form"],
            scope=cast("Scope", some[0]["scope"]),
            minutes={row["day"]: row["minutes"] for row in some},
        )
        for piece, some in found.items()
    ]


def _forget(session: Session, keys: Iterable[tuple[Any, ...]]) -> None:
    gone = sorted(keys)
    if gone:
        key = tuple_(HoursEntry.tenant, HoursEntry.piece, HoursEntry.day)
        session.execute(delete(HoursEntry).where(key.in_(gone)))


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)
