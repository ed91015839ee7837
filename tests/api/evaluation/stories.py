"""A mixed stream of facts about one city, with revisions, and what the projections make of a stream."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.app import service
from shared.events import Event
from shared.ids import new_id
from shared.messaging.handling import handle
from tests.api.evaluation.facts import (
    START,
    TODAY,
    Study,
    assigned,
    did,
    erased,
    job_defined,
    post,
    published,
    rated,
    scored,
    tenant_defined,
    unit_defined,
    withdrawn,
)

DAY_BEFORE = TODAY - timedelta(days=1)


def mixed_stream(tenant: UUID) -> list[Event]:
    """Three people, two courses, four enrolments, findings, activities, whatever takes these back, and an erasure."""
    unit, course, other_course = new_id(), new_id(), new_id()
    ani, budi, citra = new_id(), new_id(), new_id()
    first, second = Study(tenant, ani, course), Study(tenant, ani, other_course, competency="KS")
    third = Study(tenant, budi, course)
    attempt, quiz, rating, cheated = new_id(), new_id(), new_id(), new_id()
    seminar, coaching = did(tenant, ani, "B6", {TODAY: 240}), did(tenant, budi, "C1", {TODAY: 90, DAY_BEFORE: 90})
    return [
        tenant_defined(tenant),
        unit_defined(tenant, unit),
        unit_defined(tenant, unit, new_id(), sequence=2),
        job_defined(tenant, "J1"),
        assigned(tenant, ani, post(unit)),
        assigned(tenant, ani, post(unit, until=TODAY), post(new_id(), "J2"), sequence=2),
        published(tenant, course),
        published(tenant, course, version=2),
        *first.whole(),
        first.graded("post", 19, attempt=attempt, competencies=["PP", "KS"], day=-70),
        first.graded("post", 9, attempt=attempt, competencies=["PP"], day=-70, revision=2),
        first.graded("quiz", 20, attempt=quiz),
        first.completed(5500, 9500, revision=2, minutes={TODAY: 100, DAY_BEFORE: 30}, outcomes=["PP", "KS"]),
        first.completed(5500, None, revision=3, minutes={TODAY: 80}, on=date(2026, 10, 1)),
        *second.whole(),
        third.enrolled(),
        third.graded("pre", 9),
        third.graded("post", 17),
        # A clock may go wrong: the time of a figure is the newest one said, by whichever revision.
        third.completed(4100, 8700, at=START + timedelta(hours=9)),
        third.completed(4200, 8800, revision=2),
        rated(tenant, budi, 4, on=DAY_BEFORE),
        rated(tenant, ani, 5, piece=rating),
        withdrawn(tenant, ani, rating),
        withdrawn(tenant, ani, attempt, "KS", sequence=1),
        withdrawn(tenant, ani, first.enrolment, "PP", sequence=1),
        *_taken_back(second, third, cheated),
        scored(tenant, budi, 3.4, on=DAY_BEFORE),
        seminar,
        withdrawn(tenant, ani, seminar.piece, None),
        coaching,
        did(tenant, budi, "C1", {DAY_BEFORE: 90}),
        *_somebody_erased(Study(tenant, citra, course)),
        *_begun_and_ended(tenant, course),
    ]


def _taken_back(second: Study, third: Study, cheated: UUID) -> list[Event]:
    """A completion revoked and judged anew, one that stays revoked, and an attempt annulled between its revisions."""
    return [
        second.revoked(),
        second.completed(6000, 9000, revision=2, minutes={TODAY: 20}),
        third.revoked(revision=2),
        third.graded("post", 20, attempt=cheated, competencies=["PP", "KS"]),
        third.annulled(cheated),
        third.graded("post", 19, attempt=cheated, competencies=["PP", "KS"], revision=2),
    ]


def _begun_and_ended(tenant: UUID, course: UUID) -> list[Event]:
    """One still learns, one withdrew, one failed and then completed after all, one was closed after a revocation."""
    learning, leaving, failing, judged = (Study(tenant, course=course) for _ in range(4))
    return [
        *(event for study in (learning, leaving, failing, judged) for event in (study.enrolled(), study.started())),
        leaving.closed("withdrawn"),
        failing.graded("post", 8),
        failing.closed("not_completed", sequence=3),
        failing.completed(2000, 7000),
        judged.completed(3000, 7000),
        judged.revoked(),
        judged.closed("not_completed", sequence=11),
    ]


def _somebody_erased(study: Study) -> list[Event]:
    """Somebody who learnt, was rated and went to a seminar, of whom nothing may stay but what is counted."""
    return [
        assigned(study.tenant, study.person, post(new_id())),
        *study.whole(),
        rated(study.tenant, study.person, 5),
        did(study.tenant, study.person, "B6", {TODAY: 180}),
        erased(study.tenant, study.person),
    ]


def cohort(tenant: UUID, course: UUID, pairs: int) -> list[Event]:
    """Learners who gain about 1,500 basis points, and one who has no pre-test."""
    events: list[Event] = []
    for place in range(pairs):
        study = Study(tenant, course=course)
        pre = 4000 + 700 * (place % 5)
        events += [study.enrolled(), study.completed(pre, pre + 1100 + 400 * (place % 3))]
    late = Study(tenant, course=course)
    return [*events, late.enrolled(), late.completed(None, 9000)]


def told(session: Session, batches: Iterable[Sequence[Event]]) -> str:
    """Let the service handle batches, and give every row of every projection, with floats to the last bit."""
    for batch in batches:
        handle(service, session, batch)
    return rows_of_projections(session)


def rows_of_projections(session: Session) -> str:
    tables = [service.metadata.tables[name] for name in service.projections()]
    return "\n".join(
        f"{table.name} {tuple(row)!r}"
        for table in tables
        for row in session.execute(select(table).order_by(*table.primary_key))
    )
