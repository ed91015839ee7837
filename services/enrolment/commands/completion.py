"""Decide completions, by the rule of the version enrolled in."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.enrolment.commands.dimensions import dimensions
from services.enrolment.model import Class, Completion, CourseVersion, Enrolment, Person, Tenant
from services.enrolment.model.enrolments import ClosingReason, day_in
from services.enrolment.queries import Study, studies
from shared.events.catalogue import Outcome
from shared.events.enrolment import (
    CompletionRevoked,
    DayMinutes,
    EnrolmentClosed,
    EnrolmentFact,
    RevocationReason,
    TrainingCompleted,
)
from shared.messaging import outbox


def lock_studies(session: Session, tenants: Iterable[UUID], enrolments: Iterable[UUID]) -> list[Study]:
    """Lock enrolments, in the order of their ids, and only then read the facts that decide them.

    Without the lock, the last lesson mark and the passing grade could each miss the other, and nobody would ever
    see that the training is complete.
    """
    rows = select(Enrolment).where(Enrolment.tenant.in_(set(tenants)), Enrolment.id.in_(set(enrolments)))
    return studies(session, session.scalars(rows.order_by(Enrolment.id).with_for_update(key_share=True)).all())


def judge(session: Session, study: Study, *, at: datetime, because: RevocationReason = "corrected_mark") -> None:
    """Say `TrainingCompleted` once the rule of the version enrolled in is met, and again when its facts are corrected.

    A correction by which a completed training meets the rule no longer says `CompletionRevoked`, with `because`.
    The caller holds the lock of the enrolment.
    """
    completion, enrolment = study.course.rule.met(study.marks, study.results), study.enrolment
    if completion is None and enrolment.state == "completed":
        _revoke(session, enrolment, because, at=at)
    elif completion is not None and enrolment.complete(completion):
        outbox.append(session, _completed(enrolment, study.course, completion))


def _revoke(session: Session, enrolment: Enrolment, because: RevocationReason, *, at: datetime) -> None:
    """Take a completion back; the learner goes on, if the class is open and they have not begun the course anew."""
    closing = _closing(session, enrolment, at=at)
    said: list[EnrolmentFact] = [
        CompletionRevoked(**dimensions(enrolment), time=at, revision=enrolment.revision, reason=because)
    ]
    enrolment.revoke()
    if closing is not None:
        reason, day = closing
        enrolment.close(reason, on=day)
        said.append(EnrolmentClosed(**dimensions(enrolment), time=at, reason=reason, closed_on=day))
    outbox.append(session, *said)


def _closing(session: Session, enrolment: Enrolment, *, at: datetime) -> tuple[ClosingReason, date] | None:
    """Say why and since when an enrolment whose completion is revoked stays closed, or None if it is open again."""
    person = select(Person).where(Person.tenant == enrolment.tenant, Person.id == enrolment.person)
    learner = session.scalar(person.with_for_update(key_share=True))  # They can't begin the course anew meanwhile.
    class_, zone = session.execute(
        select(Class, Tenant.zone)
        .outerjoin(Tenant, Tenant.tenant == Class.tenant)
        .where(Class.tenant == enrolment.tenant, Class.id == enrolment.class_id)
        .with_for_update(of=Class, read=True)
    ).one()
    day = day_in(zone, at)
    if learner is not None and learner.erased:
        return "erased", day
    if class_.is_open(day) and not _has_begun_anew(session, enrolment):
        return None
    return "not_completed", class_.left_on(day)


def _has_begun_anew(session: Session, enrolment: Enrolment) -> bool:
    other = select(Enrolment.id).where(
        Enrolment.tenant == enrolment.tenant,
        Enrolment.person == enrolment.person,
        Enrolment.course == enrolment.course,
        Enrolment.state == "open",
    )
    return session.scalar(other) is not None


def _completed(enrolment: Enrolment, course: CourseVersion, completion: Completion) -> TrainingCompleted:
    return TrainingCompleted(
        **dimensions(enrolment),
        time=completion.at,
        revision=enrolment.revision,
        outcomes=tuple(Outcome(competency=one["competency"], level=one["level"]) for one in course.outcomes),
        form=course.form,
        scope=course.scope,
        minutes=tuple(DayMinutes(day=day, minutes=minutes) for day, minutes in completion.minutes),
        pre=completion.pre,
        post=completion.post,
        completed_on=completion.on,
    )
