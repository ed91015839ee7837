"""Lets learners sit assessments: begin, answer, hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from services.assessment.items import items_of
from services.assessment.model import Answer, AssessmentVersion, Attempt, CourseVersion, Enrolment, Grade, Item
from services.assessment.queries import NoSuchAttempt, answers_in, grade_of, own_attempt, seen_by, zone_of
from shared import clock
from shared.database import insert_new
from shared.errors import NotFound, NotYetKnown
from shared.events.assessment import AttemptGraded, MarkedItem
from shared.messaging import outbox


class EnrolmentNotYetKnown(NotYetKnown):
    """An enrolment has not arrived from the service that makes it."""


class CourseNotYetKnown(NotYetKnown):
    """What a course version pins has not arrived from the catalogue."""


class NoSuchEnrolment(NotFound):
    """There is no such enrolment of this learner."""


class NotInThisCourse(NotFound):
    """Learners sit the assessments that their course version pins."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An answer as the learner's device sends it: an option, or None for none any more, and the device's count."""

    question: UUID
    option: int | None
    sequence: int


def start_attempt(
    session: Session, tenant: UUID, enrolment_id: UUID, *, assessment_id: UUID, by: UUID
) -> tuple[Attempt, bool]:
    """Give the learner's open attempt at an assessment, or begin the next one; the second value is True for a new one.

    Raises `EnrolmentNotYetKnown`, `CourseNotYetKnown`, `TenantNotYetKnown`, `NoSuchEnrolment`, `NotInThisCourse`,
    `AttemptsUsedUp`, `ClassNotOpenYet` or `ClassIsClosed`.
    """
    enrolment = _locked_enrolment(session, tenant, enrolment_id, by)
    latest = session.scalar(
        select(Attempt)
        .where(Attempt.tenant == tenant, Attempt.enrolment == enrolment.id, Attempt.assessment_id == assessment_id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    if latest is not None and latest.is_open:
        return latest, False
    attempt = Attempt.start(
        enrolment,
        _pinned_version(session, enrolment, assessment_id),
        before=latest.number if latest else 0,
        zone=zone_of(session, tenant),
        at=clock.now(),
    )
    session.add(attempt)
    session.flush()
    return attempt, True


def save_answers(
    session: Session, tenant: UUID, attempt_id: UUID, choices: Sequence[Choice], *, by: UUID
) -> list[Answer]:
    """Save answers, each unless one with the same or a later sequence is there; give what is saved now.

    Raises `NoSuchAttempt`, `AttemptIsHandedIn` or `NotAskedHere`.
    """
    attempt = _locked_attempt(session, tenant, attempt_id, by)
    latest = {one.question: one for one in sorted(choices, key=lambda one: one.sequence)}
    chosen = {one.question: one.option for one in latest.values()}
    attempt.require_answerable(chosen, items_of(session, attempt.question_ids))
    return _save(session, attempt, [latest[question] for question in sorted(latest)], at=clock.now())


def hand_in_attempt(session: Session, tenant: UUID, attempt_id: UUID, *, by: UUID) -> tuple[Attempt, Grade]:
    """Close an attempt and mark it at once; one that is handed in already keeps its grade. Raises `NoSuchAttempt`."""
    attempt = _locked_attempt(session, tenant, attempt_id, by)
    if not attempt.is_open:
        return attempt, grade_of(session, attempt)
    items = list(items_of(session, attempt.question_ids).values())
    chosen = {answer.question_id: answer.option for answer in answers_in(session, attempt)}
    grade = attempt.hand_in(items, chosen, at=clock.now())
    session.add(grade)
    session.flush()
    outbox.append(session, _graded(attempt, grade, items))
    return attempt, grade


def _locked_enrolment(session: Session, tenant: UUID, enrolment_id: UUID, person: UUID) -> Enrolment:
    # Two starts at once take turns here, so that the second finds the attempt of the first.
    enrolment = session.scalar(
        select(Enrolment)
        .where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id)
        .with_for_update(key_share=True)
    )
    if enrolment is None:
        raise EnrolmentNotYetKnown("This enrolment has not arrived here yet.")
    if enrolment.person != person:
        raise NoSuchEnrolment("There is no such enrolment of yours.")
    return enrolment


def _pinned_version(session: Session, enrolment: Enrolment, assessment_id: UUID) -> AssessmentVersion:
    tenants = seen_by(enrolment.tenant)
    course = session.scalar(
        select(CourseVersion).where(
            CourseVersion.tenant.in_(tenants),
            CourseVersion.course == enrolment.course,
            CourseVersion.version == enrolment.course_version,
        )
    )
    if course is None:
        raise CourseNotYetKnown("The course of this enrolment has not arrived here yet.")
    pinned = course.pins(assessment_id)
    version = pinned and session.scalar(
        select(AssessmentVersion).where(
            AssessmentVersion.tenant.in_(tenants),
            AssessmentVersion.assessment_id == assessment_id,
            AssessmentVersion.version == pinned,
        )
    )
    if not version:
        raise NotInThisCourse("The course of this enrolment has no such assessment.")
    return version


def _locked_attempt(session: Session, tenant: UUID, attempt_id: UUID, person: UUID) -> Attempt:
    # Saving and handing in take turns, so that no answer slips in behind the marking.
    attempt = session.scalar(own_attempt(tenant, attempt_id, person).with_for_update(key_share=True))
    if attempt is None:
        raise NoSuchAttempt("There is no such attempt of yours.")
    return attempt


def _save(session: Session, attempt: Attempt, choices: Sequence[Choice], *, at: datetime) -> list[Answer]:
    """Write answers in one statement that also gives back those that are newer than what was sent."""
    insert = insert_new(Answer, session)
    sent, here = insert.excluded, Answer.__table__.c
    newer = sent.sequence > here.sequence
    names = ("option", "saved_at", "sequence")
    statement = insert.on_conflict_do_update(
        index_elements=["attempt_id", "question_id"],
        set_={name: case((newer, sent[name]), else_=here[name]) for name in names},
    ).returning(*here)
    rows = [
        {
            "attempt_id": attempt.id,
            "question_id": one.question,
            "tenant": attempt.tenant,
            "option": one.option,
            "sequence": one.sequence,
            "saved_at": at,
        }
        for one in choices
    ]
    saved = session.execute(statement, rows).mappings()
    return [Answer(**row) for row in saved]


def _graded(attempt: Attempt, grade: Grade, items: Sequence[Item]) -> AttemptGraded:
    scores = {mark["question"]: mark["score"] for mark in grade.marks}
    return AttemptGraded(
        tenant=attempt.tenant,
        time=grade.graded_at,
        attempt=attempt.id,
        revision=grade.revision,
        enrolment=attempt.enrolment,
        person=attempt.person,
        course=attempt.course,
        version=attempt.course_version,
        class_=attempt.class_,
        programme=attempt.programme,
        provider=attempt.provider,
        unit=attempt.unit,
        assessment=attempt.assessment_id,
        assessment_version=attempt.version,
        role=attempt.role,
        score=grade.score,
        handed_in_at=attempt.closed_at,
        handed_in_on=attempt.closed_on,
        items=tuple(_marked(item, scores[str(item.id)]) for item in items),
    )


def _marked(item: Item, score: int) -> MarkedItem:
    calibration = item.calibration
    return MarkedItem(
        id=item.id,
        competency=item.competency,
        level=item.level,
        score=score,
        c=item.chance,
        a=calibration.a if calibration else None,
        b=calibration.b if calibration else None,
    )
