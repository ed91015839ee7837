"""Recording activities outside the courses, and deciding about them."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.certificates import content_type_of
from services.evaluation.model.activities import learnt_minutes
from services.evaluation.model.tables import Activity, Certificate, CertificateContent, Person
from services.evaluation.model.tables.activities import CertificateIsUsed, CertificateNotFound
from services.evaluation.queries.activities import activity_to_change, use_of_certificate
from services.evaluation.queries.people import nobody_here
from services.evaluation.reference import national_rule_sets
from shared import audit, clock
from shared.database import insert_new
from shared.events.enrolment import DayMinutes
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn, WithdrawalReason
from shared.ids import new_id
from shared.messaging import outbox

KEPT_UNUSED = timedelta(days=7)
"""How long an uploaded file waits for the activity that names it."""


def keep_certificate(
    session: Session, tenant: UUID, person: UUID, content: bytes, *, at: datetime
) -> tuple[Certificate, bool]:
    """Keep a file for an activity that will name it, and tell whether it is new: the same file is kept once.

    Raises `CertificateIsOfNoKnownKind`, `CertificateIsUsed` by another activity, `PersonIsNotYetKnown` or
    `PersonNotFound`.
    """
    kind, digest = content_type_of(content), hashlib.sha256(content).hexdigest()
    _hold_person(session, tenant, person)
    known = select(Certificate).where(Certificate.tenant == tenant, Certificate.person == person)
    same = session.scalar(known.where(Certificate.sha256 == digest))
    if same is not None:
        _check_is_free(session, tenant, same.id, None)
        return same, False
    certificate = Certificate(
        tenant=tenant,
        id=new_id(),
        person=person,
        sha256=digest,
        content_type=kind,
        size=len(content),
        uploaded_at=at,
    )
    session.add(certificate)
    session.flush()
    row = {"tenant": tenant, "certificate": certificate.id, "person": person, "content": content}
    session.execute(insert_new(CertificateContent, session), row)
    return certificate, True


def record_activity(
    session: Session, tenant: UUID, person: UUID, said: Mapping[str, Any], *, at: datetime, today: date
) -> Activity:
    """Record what a person did, with the certificate that proves it, to be verified by somebody above.

    `said` holds form, scope, title, organiser, certificate, and `days` with minutes or None by local day.

    Raises `FormIsNotKnown`, `ActivityIsWrong`, `CertificateNotFound`, `CertificateIsUsed`, `PersonIsNotYetKnown` or
    `PersonNotFound`.
    """
    _hold_person(session, tenant, person)
    activity = Activity(tenant=tenant, id=new_id(), person=person, state="submitted", version=1, submitted_at=at)
    _describe(session, activity, said, today=today)
    session.add(activity)
    session.flush()
    return activity


def correct_activity(
    session: Session, tenant: UUID, person: UUID, activity_id: UUID, said: Mapping[str, Any], **at_and_today: Any
) -> Activity:
    """Correct an activity of one's own and submit it again. Raises as `record_activity` does, and `ActivityIsNotOpen`.

    `at_and_today` are the moment `at`, and the local day `today`.
    """
    activity = activity_to_change(session, tenant, activity_id, of=person)
    before = activity.certificate
    activity.submit_again(at=at_and_today["at"])
    _describe(session, activity, said, today=at_and_today["today"])
    session.flush()
    _let_go(session, tenant, None if before == activity.certificate else before)
    return activity


def withdraw_activity(session: Session, tenant: UUID, person: UUID, activity_id: UUID) -> Activity:
    """Take an activity of one's own back, with its file, while it is not verified. Raises `ActivityIsNotOpen`."""
    activity = activity_to_change(session, tenant, activity_id, of=person)
    before = activity.certificate
    activity.withdraw()
    session.flush()
    _let_go(session, tenant, before)
    return activity


def verify_activity(session: Session, activity: Activity, *, by: UUID, at: datetime) -> Activity:
    """Let an activity count, and say so without its title. Raises `ActivityIsYourOwn` and `ActivityIsNotOpen`."""
    activity.verify(new_id(), by=by, at=at)
    outbox.append(session, _recorded(activity))
    return activity


def return_activity(session: Session, activity: Activity, reason: str, *, by: UUID, at: datetime) -> Activity:
    """Give an activity back to be corrected. Raises `ActivityIsYourOwn` and `ActivityIsNotOpen`."""
    activity.return_(reason, by=by, at=at)
    session.flush()
    return activity


def revoke_activity(
    session: Session, activity: Activity, reason: WithdrawalReason, note: str, *, by: UUID, at: datetime
) -> Activity:
    """Take back the hours of a verified activity; `note` is what the person reads. Raises as `verify_activity` does."""
    piece = activity.revoke(note, by=by, at=at)
    outbox.append(
        session,
        EvidenceWithdrawn(tenant=activity.tenant, piece=piece, person=activity.person, competency=None, reason=reason),
    )
    subject = f"activity/{activity.id}"
    audit.note(session, act="activity.revoked", subject=subject, tenant=activity.tenant, reason=reason)
    return activity


def forget_unused_certificates(session: Session) -> None:
    """Delete files that were uploaded a week ago and prove nothing: a timer calls it, for all tenants at once.

    They are locked before it is asked again whether they are used, so that none is taken from who uses it just now.
    """
    unused = ~exists().where(Activity.tenant == Certificate.tenant, Activity.certificate == Certificate.id)
    places = select(Certificate.tenant, Certificate.id).where(unused).order_by(Certificate.tenant, Certificate.id)
    old = places.where(Certificate.uploaded_at < clock.now() - KEPT_UNUSED)
    held = [(row.tenant, row.id) for row in session.execute(old.with_for_update())]
    still = places.where(tuple_(Certificate.tenant, Certificate.id).in_(held))
    for tenant, certificate in [(row.tenant, row.id) for row in session.execute(still)]:
        _let_go(session, tenant, certificate)


def _hold_person(session: Session, tenant: UUID, person: UUID) -> None:
    """Lock the person's row: of two requests the second sees what the first did, and an erasure waits for both."""
    wanted = select(Person.person).where(Person.tenant == tenant, Person.person == person)
    if session.scalar(wanted.with_for_update()) is None:
        raise nobody_here(session, tenant, person)


def _describe(session: Session, activity: Activity, said: Mapping[str, Any], *, today: date) -> None:
    minutes = learnt_minutes(said["form"], said["scope"], said["days"], today=today, rule_sets=national_rule_sets())
    certificate = session.get(Certificate, (activity.tenant, said["certificate"]), with_for_update=True)
    if certificate is None or certificate.person != activity.person:
        raise CertificateNotFound("You have uploaded no such certificate.", certificate=said["certificate"])
    _check_is_free(session, activity.tenant, certificate.id, activity.id)
    activity.describe(said, minutes)


def _check_is_free(session: Session, tenant: UUID, certificate: UUID, activity: UUID | None) -> None:
    other = use_of_certificate(session, tenant, certificate)
    if other is not None and other.id != activity:
        raise CertificateIsUsed(
            f"You have recorded this file already, for the activity of {other.dated_on}: a certificate counts once.",
            activity=other.id,
        )


def _let_go(session: Session, tenant: UUID, certificate: UUID | None) -> None:
    """Delete a file that proves nothing any more."""
    if certificate is None:
        return
    content, named = CertificateContent, Certificate
    session.execute(delete(content).where(content.tenant == tenant, content.certificate == certificate))
    session.execute(delete(named).where(named.tenant == tenant, named.id == certificate))


def _recorded(activity: Activity) -> EvidenceRecorded:
    if activity.piece is None:
        raise ValueError("A verified activity has its piece of evidence.")
    return EvidenceRecorded(
        tenant=activity.tenant,
        piece=activity.piece,
        person=activity.person,
        kind="activity",
        form=activity.form,
        scope=activity.scope,
        minutes=tuple(DayMinutes(day=day, minutes=count) for day, count in sorted(activity.minutes.items())),
        dated_on=activity.dated_on,
    )
