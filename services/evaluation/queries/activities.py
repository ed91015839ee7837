"""Activities outside the courses, as the people who did them and those above read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model import learning_hours
from services.evaluation.model.learning_hours import jp_of, uncapped_minutes
from services.evaluation.model.rule_sets import in_force
from services.evaluation.model.tables import Activity, Certificate, CertificateContent
from services.evaluation.model.tables.activities import ActivityNotFound, CertificateNotFound
from services.evaluation.queries.people import Sight, person_seen, seen_among
from services.evaluation.reference import national_rule_sets


@dataclass(frozen=True, kw_only=True)
class ActivityShown:
    """An activity with what is derived: `worth_jp` are the JP that it is worth before caps across activities."""

    activity: Activity
    certificate: Certificate | None
    form_name: str | None
    worth_jp: Decimal

    @property
    def days(self) -> list[dict[str, object]]:
        """Give the days with their minutes, in order."""
        return [{"day": day, "minutes": minutes} for day, minutes in sorted(self.activity.minutes.items())]


def activities_of(tenant: UUID, *, person: UUID | None = None, state: str | None = None) -> Select[Activity]:
    """Give the query of a tenant's activities, or of a person's, or of those in a state."""
    wanted = select(Activity).where(Activity.tenant == tenant)
    if state is not None:
        wanted = wanted.where(Activity.state == state)
    return wanted if person is None else wanted.where(Activity.person == person)


def activities_seen(
    session: Session, tenant: UUID, sight: Sight, *, state: str | None, today: date
) -> Select[Activity]:
    """Give the query of the activities of those whom a caller oversees: not of the caller."""
    listed = activities_of(tenant, state=state).where(Activity.person != sight.own)
    if sight.everybody:
        return listed
    people = session.scalars(listed.with_only_columns(Activity.person).distinct()).all()
    return listed.where(Activity.person.in_(seen_among(session, tenant, people, sight, today=today)))


def activity_seen(session: Session, tenant: UUID, activity_id: UUID, sight: Sight, *, today: date) -> Activity:
    """Give an activity of the caller's own, or of somebody whom the caller oversees.

    Raises `ActivityNotFound`, and `PersonMayNotBeSeen`.
    """
    activity = session.get(Activity, (tenant, activity_id))
    if activity is None or not (activity.person == sight.own or sight.everybody or sight.units):
        raise _not_found(activity_id)
    person_seen(session, tenant, activity.person, sight, today=today)
    return activity


def activity_to_change(session: Session, tenant: UUID, activity_id: UUID, *, of: UUID | None = None) -> Activity:
    """Give an activity with its row locked, if given only one `of` this person. Raises `ActivityNotFound`."""
    wanted = select(Activity).where(Activity.tenant == tenant, Activity.id == activity_id)
    activity = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if activity is None or of not in (None, activity.person):
        raise _not_found(activity_id)
    return activity


def use_of_certificate(session: Session, tenant: UUID, certificate: UUID) -> Activity | None:
    """Give the activity that a certificate proves, if it does."""
    return session.scalar(select(Activity).where(Activity.tenant == tenant, Activity.certificate == certificate))


def content_of(session: Session, activity: Activity) -> tuple[Certificate, bytes]:
    """Give the certificate of an activity and its bytes. Raises `CertificateNotFound` once it is withdrawn."""
    if activity.certificate is None:
        raise CertificateNotFound("This activity was withdrawn, and its certificate deleted.", activity=activity.id)
    place = (activity.tenant, activity.certificate)
    return session.get_one(Certificate, place), session.get_one(CertificateContent, place).content


def shown(session: Session, activities: Collection[Activity]) -> list[ActivityShown]:
    """Say of activities what they are worth and what proves them."""
    certificates = _certificates(session, activities)
    return [
        ActivityShown(
            activity=one,
            certificate=certificates.get(one.certificate) if one.certificate else None,
            form_name=in_force(national_rule_sets(), one.dated_on).hours.form_names.get(one.form),
            worth_jp=_worth(one),
        )
        for one in activities
    ]


def _certificates(session: Session, activities: Collection[Activity]) -> dict[UUID, Certificate]:
    named = sorted({one.certificate for one in activities if one.certificate})
    tenants = {one.tenant for one in activities}
    wanted = select(Certificate).where(Certificate.tenant.in_(tenants), Certificate.id.in_(named))
    return {one.id: one for one in session.scalars(wanted)}


def _worth(activity: Activity) -> Decimal:
    done = learning_hours.Activity(activity.id, activity.form, activity.scope, activity.minutes)
    counted = uncapped_minutes(done, national_rule_sets())
    return jp_of(sum(counted.values()), in_force(national_rule_sets(), activity.dated_on))


def _not_found(activity_id: UUID) -> ActivityNotFound:
    return ActivityNotFound("There is no such activity, or it is nobody's whom you oversee.", activity=activity_id)
