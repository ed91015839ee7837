"""A person's learning hours in one year: what was learnt, what counts, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.learning_hours import HoursStanding, hours_standing, jp_of
from services.evaluation.model.rule_sets import in_force
from services.evaluation.model.tables import Activity, Employment, HoursEntry, Person
from services.evaluation.queries.courses import course_titles
from services.evaluation.queries.people import zone_of
from services.evaluation.reference import national_rule_sets
from shared import clock


@dataclass(frozen=True, kw_only=True)
class HoursShown:
    """One day of a completed course or of a verified activity.

    `form_name` and the title are there as far as they are known; `activity` is None for a course.
    """

    entry: HoursEntry
    form_name: str | None
    course_title: str | None
    activity: Activity | None

    @property
    def title(self) -> str | None:
        return self.activity.title if self.activity else self.course_title

    @property
    def activity_id(self) -> UUID | None:
        return self.activity.id if self.activity else None


@dataclass(frozen=True, kw_only=True)
class HoursOfPerson:
    """The hours of a period in whole minutes; `jp` are the counted minutes as JP, with two decimals.

    `employment_type` is what the person was at the end of the period, or is today while it lasts.
    """

    person: Person
    employment_type: str | None
    standing: HoursStanding
    jp: Decimal
    floor_jp: Decimal | None
    ceiling_jp: Decimal | None
    entries: list[HoursShown]


def hours_of(session: Session, person: Person, *, year: int | None, today: date) -> HoursOfPerson:
    """Give the hours of the period that today is in, or of the calendar or contract year that begins in `year`.

    The employment at the end of the period decides what is due, and every hour of the period counts: so whoever became
    a PNS amid a year owes the floor of that year, and the contract years before stay those of a contract.

    Raises `HoursAreWrong` for a year before the contract began.
    """
    on = today if year is None else date(year, 12, 31)
    entries = _entries_of(session, person)
    employment = _employment_on(session, person, min(on, today))
    standing = hours_standing(
        ({entry.day: entry.counted} for entry in entries),
        employment_type=employment.employment_type,
        contract_start=employment.contract_start,
        on=on,
        rule_sets=national_rule_sets(),
    )
    rule_set = in_force(national_rule_sets(), on)
    return HoursOfPerson(
        person=person,
        employment_type=employment.employment_type,
        standing=standing,
        jp=jp_of(standing.minutes, rule_set),
        floor_jp=None if standing.floor is None else jp_of(standing.floor, rule_set),
        ceiling_jp=None if standing.ceiling is None else jp_of(standing.ceiling, rule_set),
        entries=_shown(session, [one for one in entries if standing.begins <= one.day <= standing.ends]),
    )


def _employment_on(session: Session, person: Person, day: date) -> Person | Employment:
    """Give the employment that was known last on a day, or the first one that was told."""
    wanted = select(Employment).where(Employment.tenant == person.tenant, Employment.person == person.person)
    told: Sequence[Employment] = session.scalars(wanted.order_by(Employment.sequence)).all()
    zone = zone_of(session, person.tenant)
    known = [one for one in told if clock.local_day(one.since, zone) <= day] or told[:1]
    return known[-1] if known else person


def _entries_of(session: Session, person: Person) -> list[HoursEntry]:
    wanted = select(HoursEntry).where(HoursEntry.tenant == person.tenant, HoursEntry.person == person.person)
    return list(session.scalars(wanted.order_by(HoursEntry.day, HoursEntry.piece)))


def _shown(session: Session, entries: list[HoursEntry]) -> list[HoursShown]:
    versions = {(one.course, one.course_version) for one in entries if one.course and one.course_version}
    titles = course_titles(session, versions)
    activities = _activities_behind(session, [one for one in entries if one.course is None])
    return [
        HoursShown(
            entry=one,
            form_name=in_force(national_rule_sets(), one.day).hours.form_names.get(one.form),
            course_title=titles.get((one.course, one.course_version or 0)) if one.course else None,
            activity=activities.get(one.piece),
        )
        for one in entries
    ]


def _activities_behind(session: Session, entries: Sequence[HoursEntry]) -> dict[UUID, Activity]:
    places = sorted({(one.tenant, one.piece) for one in entries})
    wanted = select(Activity).where(tuple_(Activity.tenant, Activity.piece).in_(places))
    return {one.piece: one for one in session.scalars(wanted) if one.piece}
