"""Lets learners sit assessments: begin, answer, hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from services.assessment.commands.marking import close_attempt
from services.assessment.items import items_of
from services.assessment.model import Answer, AssessmentVersion, Attempt, CourseVersion, Enrolment, Grade, Response
from services.assessment.queries import NoSuchAttempt, own_attempt, seen_by, zone_of
from shared import clock
from shared.database import insert_new
from shared.errors import NotFound, NotYetKnown


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
    """An answer as the learner's device sends it: a value under the tag of its kind, and the device's count."""

    question: UUID
    response: Response
    sequence: int


def start_attempt(
    session: Session, tenant: UUID, enrolment_id: UUID, *, assessment_id: UUID, by: UUID
) -> tuple[Attempt, bool]:
    """Give the learner's open attempt at an assessment, or begin the next one; the second value is True for a new one.

    An open one whose time is up is handed in first.
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
    at = clock.now()
    if latest is not None and latest.is_open and not latest.is_overdue(at):
        return latest, False
    if latest is not None and latest.is_open:
        close_attempt(session, _locked_attempt(session, tenant, latest.id, by), at=at)
    attempt = Attempt.start(
        enrolment,
        _pinned_version(session, enrolment, assessment_id),
        before=latest.number if latest else 0,
        zone=zone_of(session, tenant),
        at=at,
    )
    session.add(attempt)
    session.flush()
    return attempt, True


def save_answers(
    session: Session, tenant: UUID, attempt_id: UUID, choices: Sequence[Choice], *, by: UUID
) -> list[Answer]:
    """Save answers, each unless one with the same or a later sequence is there; give what is saved now.

    Raises `NoSuchAttempt`, `AttemptIsHandedIn`, `TimeIsUp` or `NotAskedHere`.
    """
    attempt = _locked_attempt(session, tenant, attempt_id, by)
    latest = {one.question: one for one in sorted(choices, key=lambda one: one.sequence)}
    chosen = {one.question: one.response for one in latest.values()}
    at = clock.now()
    attempt.require_answerable(chosen, items_of(session, attempt.question_ids), at=at)
    return _save(session, attempt, [latest[question] for question in sorted(latest)], at=at)


def hand_in_attempt(session: Session, tenant: UUID, attempt_id: UUID, *, by: UUID) -> tuple[Attempt, Grade]:
    """Close an attempt and mark it at once; one that is handed in already keeps its grade. Raises `NoSuchAttempt`."""
    attempt = _locked_attempt(session, tenant, attempt_id, by)
    return attempt, close_attempt(session, attempt, at=clock.now())


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
    locked = own_attempt(tenant, attempt_id, person).with_for_update(key_share=True)
    attempt = session.scalar(locked.execution_options(populate_existing=True))
    if attempt is None:
        raise NoSuchAttempt("There is no such attempt of yours.")
    return attempt


def _save(session: Session, attempt: Attempt, choices: Sequence[Choice], *, at: datetime) -> list[Answer]:
    """Write answers in one statement that also gives back those that are newer than what was sent."""
    insert = insert_new(Answer, session)
    sent, here = insert.excluded, Answer.__table__.c
    newer = sent.sequence > here.sequence
    names = ("response", "saved_at", "sequence")
    statement = insert.on_conflict_do_update(
        index_elements=["attempt_id", "question_id"],
        set_={name: case((newer, sent[name]), else_=here[name]) for name in names},
    ).returning(*here)
    rows = [
        {
            "attempt_id": attempt.id,
            "question_id": one.question,
            "tenant": attempt.tenant,
            "response": one.response,
            "sequence": one.sequence,
            "saved_at": at,
        }
        for one in choices
    ]
    saved = session.execute(statement, rows).mappings()
    return [Answer(**row) for row in saved]
