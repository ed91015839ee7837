"""A person's learning hours in one year: what was learnt, what counts, and what is due."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.model.learning_hours import HoursStanding, hours_standing, jp_of
from services.evaluation.model.rule_sets import in_force
from services.evaluation.model.tables import HoursEntry, Person
from services.evaluation.queries.courses import course_titles
from services.evaluation.reference import national_rule_sets


@dataclass(frozen=True, kw_only=True)
class HoursShown:
    """One day of one enrolment, with the name of the form and the title of the course as far as they are known."""

    entry: HoursEntry
    form_name: str | None
    course_title: str | None


@dataclass(frozen=True, kw_only=True)
class HoursOfPerson:
    """The hours of a period in whole minutes; `jp` are the counted minutes as JP, with two decimals."""

    person: Person
    standing: HoursStanding
    jp: Decimal
    floor_jp: Decimal | None
    ceiling_jp: Decimal | None
    entries: list[HoursShown]


def hours_of(session: Session, person: Person, *, year: int | None, today: date) -> HoursOfPerson:
    """Give the hours of the period that today is in, or of the calendar or contract year that begins in `year`.

    Raises `HoursAreWrong` for a year before the contract began.
    """
    on = today if year is None else date(year, 12, 31)
    entries = _entries_of(session, person)
    standing = hours_standing(
        ({entry.day: entry.counted} for entry in entries),
        employment_type=person.employment_type,
        contract_start=person.contract_start,
        on=on,
        rule_sets=national_rule_sets(),
    )
    rule_set = in_force(national_rule_sets(), on)
    return HoursOfPerson(
        person=person,
        standing=standing,
        jp=jp_of(standing.minutes, rule_set),
        floor_jp=None if standing.floor is None else jp_of(standing.floor, rule_set),
        ceiling_jp=None if standing.ceiling is None else jp_of(standing.ceiling, rule_set),
        entries=_shown(session, [one for one in entries if standing.begins <= one.day <= standing.ends]),
    )


def _entries_of(session: Session, person: Person) -> list[HoursEntry]:
    wanted = select(HoursEntry).where(HoursEntry.tenant == person.tenant, HoursEntry.person == person.person)
    return list(session.scalars(wanted.order_by(HoursEntry.day, HoursEntry.enrolment)))


def _shown(session: Session, entries: list[HoursEntry]) -> list[HoursShown]:
    titles = course_titles(session, {(one.course, one.course_version) for one in entries})
    return [
        HoursShown(
            entry=one,
            form_name=in_force(national_rule_sets(), one.day).hours.form_names.get(one.form),
            course_title=titles.get((one.course, one.course_version)),
        )
        for one in entries
    ]
