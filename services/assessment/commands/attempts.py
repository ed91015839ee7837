"""Lets learners sit assessments: begin, answer, hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from services.assessment.commands.marking import close_attempt
from services.assessment.items import items_of
from services.assessment.model import (
    Answer,
    Asked,
    AssessmentVersion,
    Attempt,
    CourseVersion,
    Enrolment,
    ErasedPerson,
    Grade,
    Pin,
    Response,
    Standing,
)
from services.assessment.queries import NoSuchAttempt, own_attempt, seen_by, zone_of
from shared import clock
from shared.database import insert_new
from shared.errors import Conflict, NotFound, NotYetKnown


class EnrolmentNotYetKnown(NotYetKnown):
    """An enrolment has not arrived from the service that makes it."""


class CourseNotYetKnown(NotYetKnown):
    """What a course version pins has not arrived from the catalogue."""


class NoSuchEnrolment(NotFound):
    """There is no such enrolment of this learner."""


class EnrolmentIsClosed(Conflict):
    """Who has withdrawn, or has not completed in time, begins no further attempt."""


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
    Raises `EnrolmentNotYetKnown`, `CourseNotYetKnown`, `TenantNotYetKnown`, `NoSuchEnrolment`, `EnrolmentIsClosed`,
    `NotInThisCourse`, `AttemptsUsedUp`, `ClassNotOpenYet` or `ClassIsClosed`.
    """
    enrolment, is_closed = _locked_enrolment(session, tenant, enrolment_id, by)
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
    if is_closed:
        raise EnrolmentIsClosed("The enrolment is closed: no further attempt can begin.")
    version = _pinned_version(session, enrolment, assessment_id)
    attempt = Attempt.start(
        enrolment,
        version,
        before=latest.number if latest else 0,
        annulled=_annulled(session, latest) if latest else 0,
        zone=zone_of(session, tenant),
        at=at,
    )
    session.add(attempt)
    session.flush()
    _note_asked(session, attempt, version)
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


def _locked_enrolment(session: Session, tenant: UUID, enrolment_id: UUID, person: UUID) -> tuple[Enrolment, bool]:
    """Give an enrolment of the person, and whether it is closed."""
    # Two starts at once take turns here, so that the second finds the attempt of the first.
    found = session.execute(
        select(Enrolment, Standing.closed)
        .outerjoin(Standing, and_(Standing.tenant == Enrolment.tenant, Standing.enrolment == Enrolment.id))
        .where(Enrolment.tenant == tenant, Enrolment.id == enrolment_id)
        .with_for_update(of=Enrolment, key_share=True)
    ).one_or_none()
    if found is None:
        raise EnrolmentNotYetKnown("This enrolment has not arrived here yet.")
    # Asked behind the lock: a token outlives an erasure by minutes, and nobody would forget an attempt begun then.
    if found[0].person != person or session.get(ErasedPerson, (tenant, person)) is not None:
        raise NoSuchEnrolment("There is no such enrolment of yours.")
    return found[0], bool(found[1])


def _annulled(session: Session, like: Attempt) -> int:
    same = (Attempt.tenant == like.tenant, Attempt.enrolment == like.enrolment)
    counted = select(func.count(Attempt.id)).where(*same, Attempt.assessment_id == like.assessment_id)
    return session.scalar(counted.where(Attempt.annulled_at.is_not(None))) or 0


def _pinned_version(session: Session, enrolment: Enrolment, assessment_id: UUID) -> AssessmentVersion:
    """Give what the course version pins; course and assessment belong to the course's provider, or to the nation."""
    pinned = and_(
        Pin.tenant == CourseVersion.tenant,
        Pin.course == CourseVersion.course,
        Pin.course_version == CourseVersion.version,
        Pin.assessment == assessment_id,
    )
    sat = and_(
        AssessmentVersion.tenant.in_(seen_by(enrolment.provider)),
        AssessmentVersion.assessment_id == Pin.assessment,
        AssessmentVersion.version == Pin.version,
    )
    found = session.execute(
        select(CourseVersion.version, AssessmentVersion)
        .outerjoin(Pin, pinned)
        .outerjoin(AssessmentVersion, sat)
        .where(
            CourseVersion.tenant == enrolment.provider,
            CourseVersion.course == enrolment.course,
            CourseVersion.version == enrolment.course_version,
        )
    ).one_or_none()
    if found is None:
        raise CourseNotYetKnown("The course of this enrolment has not arrived here yet.")
    if found[1] is None:
        raise NotInThisCourse("The course of this enrolment has no such assessment.")
    return found[1]


def _note_asked(session: Session, attempt: Attempt, version: AssessmentVersion) -> None:
    """Let the learner's city read the questions of an attempt that belong to another tenant."""
    if version.tenant in seen_by(attempt.tenant):
        return
    rows = [{"tenant": attempt.tenant, "question_id": one} for one in sorted(attempt.question_ids)]
    session.execute(insert_new(Asked, session).on_conflict_do_nothing(), rows)


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
