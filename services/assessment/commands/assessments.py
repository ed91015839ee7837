"""Makes assessments from banks, and publishes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.model import Assessment, AssessmentVersion, Bank, Framework, Question
from services.assessment.model.assessments import Role
from services.assessment.model.copies import codes_in_force
from services.assessment.queries import NoSuchAssessment, active_questions, seen_by, zone_of
from shared import clock
from shared.errors import Conflict, Invalid, NotYetKnown
from shared.events.assessment import AssessmentPublished
from shared.events.catalogue import Outcome
from shared.messaging import outbox


class AssessmentCodeIsTaken(Conflict):
    """The code of an assessment is unique in its tenant."""


class BankIsUnknown(Invalid):
    """An assessment is made from a bank of its own tenant, or a national one."""


class FrameworkNotYetKnown(NotYetKnown):
    """No framework has been heard of, so that no competency can be checked."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """The version in force, and whether this publication made it."""

    version: AssessmentVersion
    changed: bool


def create_assessment(
    session: Session,
    tenant: UUID,
    *,
    code: str,
    title: str,
    role: Role,
    bank_id: UUID,
    draw: int | None = None,
    attempts_allowed: int | None = None,
    time_limit_minutes: int | None = None,
) -> Assessment:
    """Make an assessment that is not published yet. Raises `AssessmentCodeIsTaken` or `BankIsUnknown`."""
    taken = session.scalar(select(Assessment.id).where(Assessment.tenant == tenant, Assessment.code == code))
    if taken is not None:
        raise AssessmentCodeIsTaken(
            f"There is an assessment with the code {code} already.", code=code, assessment=str(taken)
        )
    bank = session.scalar(select(Bank).where(Bank.tenant.in_(seen_by(tenant)), Bank.id == bank_id))
    if bank is None:
        raise BankIsUnknown("There is no such bank here.", errors={"bank": ["There is no such bank here."]})
    assessment = Assessment.author(
        tenant,
        code=code,
        title=title,
        role=role,
        bank=bank,
        draw=draw,
        attempts_allowed=attempts_allowed,
        time_limit_minutes=time_limit_minutes,
    )
    session.add(assessment)
    session.flush()
    return assessment


def publish_assessment(session: Session, tenant: UUID, assessment_id: UUID) -> Publication:
    """Make the next version from the bank as it stands, and say so; a bank without changes makes none.

    Raises `NoSuchAssessment`, `FrameworkNotYetKnown`, `TenantNotYetKnown`, or what `Assessment.publish` raises.
    """
    assessment = session.scalar(
        select(Assessment)
        .where(Assessment.tenant == tenant, Assessment.id == assessment_id)
        .with_for_update(key_share=True)
    )
    if assessment is None:
        raise NoSuchAssessment("There is no such assessment here.")
    at = clock.now()
    questions = session.scalars(active_questions(tenant, assessment.bank_id)).all()
    latest = _latest_version(session, assessment)
    known = _known_competencies(session, tenant, on=clock.local_day(at, zone_of(session, tenant)))
    version = assessment.publish(questions, competencies=known, latest=latest, at=at)
    if version is latest:
        return Publication(version=version, changed=False)
    session.add(version)
    session.flush()
    outbox.append(session, _published(version, questions))
    return Publication(version=version, changed=True)


def _latest_version(session: Session, assessment: Assessment) -> AssessmentVersion | None:
    return session.scalar(
        select(AssessmentVersion).where(
            AssessmentVersion.tenant == assessment.tenant,
            AssessmentVersion.assessment_id == assessment.id,
            AssessmentVersion.version == assessment.version,
        )
    )


def _known_competencies(session: Session, tenant: UUID, *, on: date) -> set[str]:
    frameworks = session.scalars(select(Framework).where(Framework.tenant.in_(seen_by(tenant)))).all()
    if not frameworks:
        raise FrameworkNotYetKnown("No competency framework has arrived here yet.")
    return codes_in_force(frameworks, on=on)


def _published(version: AssessmentVersion, questions: Sequence[Question]) -> AssessmentPublished:
    measured = sorted({(one.competency, one.level) for one in questions})
    return AssessmentPublished(
        tenant=version.tenant,
        time=version.published_at,
        assessment=version.assessment_id,
        version=version.version,
        code=version.code,
        role=version.role,
        competencies=tuple(Outcome(competency=competency, level=level) for competency, level in measured),
        maximum=version.maximum,
    )
