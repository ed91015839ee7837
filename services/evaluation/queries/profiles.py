"""A person's competency profile beside the standard of the post held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.model.gaps import Gap, JobPersonMatch, gaps, job_person_match
from services.evaluation.model.ledger import buckets_of
from services.evaluation.model.lines import Line, first_day_of
from services.evaluation.model.profiles import Freshness, freshness_on
from services.evaluation.model.rule_sets import Band, RuleSet, in_force
from services.evaluation.model.tables import EvidenceLine, Person, Profile
from services.evaluation.model.tables.copies import PostHeld
from services.evaluation.model.tables.ledger import line_of
from services.evaluation.queries.people import unit_name
from services.evaluation.queries.standards import StandardInForce, competency_names, job_name, standard_on
from services.evaluation.reference import national_rule_sets


@dataclass(frozen=True, kw_only=True)
class Certainty:
    """How sure a reading is: probabilities of the levels 1 to 5 at a month, and of the level shown or a higher one.

    `month` is a month's first day; `information` is in nat; `pieces` counts the evidence read.
    """

    month: date
    posterior: list[float]
    at_least: float | None
    information: float
    pieces: int


@dataclass(frozen=True, kw_only=True)
class CompetencyOfPerson:
    """A competency that the post asks for or that evidence speaks of.

    `level` is None while it is not assessed. `required` and `gap` (required minus level) are None where the post asks
    for nothing; the gap also where nothing is assessed. `rule_set` is the one of the reading; `evidence` is where the
    lines behind it can be read, once the edge has said so.
    """

    competency: str
    name: str | None
    level: int | None
    required: int | None
    critical: bool
    gap: int | None
    status: str
    freshness: Freshness | None
    certainty: Certainty | None
    rule_set: str | None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class PostOfPerson:
    """A post held today, and what its job asks for: None where neither the city nor a national default says it."""

    id: UUID
    job: str
    job_name: str | None
    unit: UUID
    unit_name: str | None
    standard: StandardInForce | None


@dataclass(frozen=True, kw_only=True)
class MatchOfPerson:
    """A job-person match, with its band for every purpose of the rule set."""

    sums: JobPersonMatch
    bands: Mapping[str, Band]
    rule_set: str


@dataclass(frozen=True, kw_only=True)
class ProfileOfPerson:
    """A profile on a day, measured against the primary `post`; those held as `acting` are listed.

    `match` is None unless all required levels are assessed: `assessed` of `required` are.
    """

    person: UUID
    as_of: date
    post: PostOfPerson | None
    acting: list[PostOfPerson]
    competencies: list[CompetencyOfPerson]
    match: MatchOfPerson | None
    assessed: int
    required: int


def profile_of(session: Session, person: Person, *, today: date) -> ProfileOfPerson:
    """Give a person's profile as it stands today: required competencies by gap, then whatever else evidence shows."""
    kept = _kept_readings(session, person)
    primary = person.primary_post(today)
    post = _post_of(session, person, primary, today) if primary else None
    asked = post.standard.asked if post and post.standard else []
    found = gaps(asked, {code: reading.level for code, reading in kept.items()})
    required = {gap.requirement.competency: gap for gap in found}
    names, lines = competency_names(session, person.tenant, today), _lines_of(session, person)
    return ProfileOfPerson(
        person=person.person,
        as_of=today,
        post=post,
        acting=[_post_of(session, person, one, today) for one in person.posts_on(today) if not one.primary],
        competencies=[
            _competency(
                code, names.get(code), gap=required.get(code), kept=kept.get(code), lines=lines[code], today=today
            )
            for code in (*required, *sorted(kept.keys() - required.keys()))
        ],
        match=_match(job_person_match(found), in_force(national_rule_sets(), today)),
        assessed=sum(gap.level is not None for gap in found),
        required=len(found),
    )


def _kept_readings(session: Session, person: Person) -> dict[str, Profile]:
    wanted = select(Profile).where(Profile.tenant == person.tenant, Profile.person == person.person)
    return {one.competency: one for one in session.scalars(wanted)}


def _lines_of(session: Session, person: Person) -> defaultdict[str, list[Line]]:
    table = EvidenceLine.__table__
    wanted = select(table).where(table.c.tenant == person.tenant, table.c.person == person.person)
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for row in session.execute(wanted).mappings():
        line = line_of(row)
        lines[line.competency].append(line)
    return lines


def _post_of(session: Session, person: Person, post: PostHeld, today: date) -> PostOfPerson:
    return PostOfPerson(
        id=post.id,
        job=post.job,
        job_name=job_name(session, person.tenant, post.job),
        unit=post.unit,
        unit_name=unit_name(session, person.tenant, post.unit),
        standard=standard_on(session, person.tenant, post.job, today),
    )


def _competency(
    code: str, name: str | None, *, gap: Gap | None, kept: Profile | None, lines: Iterable[Line], today: date
) -> CompetencyOfPerson:
    level = kept.level if kept else None
    return CompetencyOfPerson(
        competency=code,
        name=name,
        level=level,
        required=gap.requirement.level if gap else None,
        critical=gap.requirement.critical if gap else False,
        gap=gap.size if gap else None,
        status=gap.status if gap else "not required",
        freshness=None if level is None else freshness_on(buckets_of(lines), national_rule_sets(), today),
        certainty=_certainty(kept) if kept else None,
        rule_set=kept.rule_set if kept else None,
    )


def _certainty(kept: Profile) -> Certainty | None:
    if kept.month is None or kept.posterior is None:
        return None
    return Certainty(
        month=first_day_of(kept.month),
        posterior=kept.posterior,
        at_least=None if kept.level is None else sum(kept.posterior[kept.level - 1 :]),
        information=kept.information,
        pieces=kept.pieces,
    )


def _match(sums: JobPersonMatch | None, rule_set: RuleSet) -> MatchOfPerson | None:
    if sums is None:
        return None
    bands = {purpose: sums.band(purpose, rule_set) for purpose in rule_set.match}
    return MatchOfPerson(sums=sums, bands=bands, rule_set=rule_set.code)
