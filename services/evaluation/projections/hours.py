"""The fold of completions into learning hours: what was learnt each day, and what counts of it under the caps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.learning_hours import Activity, counted_minutes, uncapped_minutes
from services.evaluation.model.rule_sets import Scope, in_force
from services.evaluation.model.tables import HoursEntry
from services.evaluation.projections.pieces import Place
from services.evaluation.reference import national_rule_sets
from shared.database import put
from shared.events.enrolment import TrainingCompleted

Row = dict[str, Any]

_KEY = ("tenant", "enrolment", "day")


def record_hours(session: Session, events: Sequence[TrainingCompleted]) -> None:
    """Write the days of each completion in place of what was there.

    Caps hold across the activities of a person, so all of a touched person's days are counted anew.
    """
    replaced = {(event.tenant, event.enrolment) for event in events}
    people = {(event.tenant, event.person) for event in events}
    known = {_key(row): row for row in _entries_of(session, people)}
    kept = [row for row in known.values() if (row["tenant"], row["enrolment"]) not in replaced]
    wanted = {_key(row): row for row in _counted([*kept, *(row for event in events for row in _days_of(event))])}
    _forget(session, known.keys() - wanted.keys())
    put(session, HoursEntry, [row for key, row in wanted.items() if known.get(key) != row])


def _entries_of(session: Session, people: Iterable[Place]) -> list[Row]:
    wanted = select(HoursEntry.__table__).where(tuple_(HoursEntry.tenant, HoursEntry.person).in_(sorted(people)))
    return [dict(row) for row in session.execute(wanted).mappings()]


def _days_of(event: TrainingCompleted) -> list[Row]:
    minutes: defaultdict[Any, int] = defaultdict(int)
    for one in event.minutes:
        minutes[one.day] += one.minutes
    return [
        {
            "tenant": event.tenant,
            "enrolment": event.enrolment,
            "day": day,
            "person": event.person,
            "course": event.course,
            "course_version": event.version,
            "form": event.form,
            "scope": event.scope,
            "minutes": learnt,
            "event": event.id,
        }
        for day, learnt in sorted(minutes.items())
        if learnt
    ]


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
            "counted": counted[row["enrolment"]].get(row["day"], 0),
            "cut": uncapped[row["enrolment"]][row["day"]] - counted[row["enrolment"]].get(row["day"], 0),
            "rule_set": in_force(rule_sets, row["day"]).code,
        }
        for row in rows
    ]


def _activities(rows: Iterable[Row]) -> list[Activity]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["enrolment"]].append(row)
    return [
        Activity(
            id=enrolment,
            form=some[0]["form"],
            scope=cast("Scope", some[0]["scope"]),
            minutes={row["day"]: row["minutes"] for row in some},
        )
        for enrolment, some in found.items()
    ]


def _forget(session: Session, keys: Iterable[tuple[Any, ...]]) -> None:
    gone = sorted(keys)
    if gone:
        key = tuple_(HoursEntry.tenant, HoursEntry.enrolment, HoursEntry.day)
        session.execute(delete(HoursEntry).where(key.in_(gone)))


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)
