"""The shapes of a person's profile, evidence and learning hours."""

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.evaluation.model.gaps import Status
from services.evaluation.model.lines import Kind, Role, Standing
from services.evaluation.model.profiles import Freshness
from services.evaluation.model.tables.disputes import State
from shared.web.pagination import PageQuery

STATUSES = (*get_args(Status), "not required")


class StandardInForceSchema(Schema):
    """What gaps are measured against: a version of the city's standard for the job, or the national default."""

    version = fields.Integer(required=True, allow_none=True)
    valid_from = fields.Date(required=True)
    default = fields.Boolean(
        required=True, metadata={"description": "The city has set nothing; the position type's level holds."}
    )


class PostSchema(Schema):
    """A post held today."""

    id = fields.UUID(required=True)
    job = fields.String(required=True)
    job_name = fields.String(required=True, allow_none=True)
    unit = fields.UUID(required=True)
    unit_name = fields.String(required=True, allow_none=True)
    standard = fields.Nested(StandardInForceSchema, required=True, allow_none=True)


class CertaintySchema(Schema):
    """How sure the reading is: the probabilities of the levels 1 to 5 at a month, and of this level or a higher one."""

    month = fields.Date(required=True, metadata={"description": "The first day of the month read at."})
    posterior = fields.List(fields.Float(), required=True)
    at_least = fields.Float(required=True, allow_none=True)
    information = fields.Float(required=True, metadata={"description": "In nat."})
    pieces = fields.Integer(required=True)


class CompetencyOfPersonSchema(Schema):
    """A competency that the post asks for or that evidence speaks of; `level` is null while it is not assessed."""

    competency = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    level = fields.Integer(required=True, allow_none=True)
    required = fields.Integer(required=True, allow_none=True)
    critical = fields.Boolean(required=True, metadata={"description": "The job can't be done without it."})
    gap = fields.Integer(required=True, allow_none=True, metadata={"description": "Required minus level."})
    status = fields.String(required=True, validate=OneOf(STATUSES))
    freshness = fields.String(required=True, allow_none=True, validate=OneOf((*get_args(Freshness), None)))
    certainty = fields.Nested(CertaintySchema, required=True, allow_none=True)
    rule_set = fields.String(required=True, allow_none=True)
    evidence = fields.String(required=True, metadata={"description": "Where its evidence is."})


class BandSchema(Schema):
    """A band of the job-person match."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class MatchSchema(Schema):
    """The job-person match in percent, as the regulation adds it up and with no surplus counted."""

    percent = fields.Decimal(required=True, as_string=True, attribute="sums.percent")
    capped_percent = fields.Decimal(required=True, as_string=True, attribute="sums.capped_percent")
    bands = fields.Dict(keys=fields.String(), values=fields.Nested(BandSchema), required=True)
    rule_set = fields.String(required=True)


class ProfileSchema(Schema):
    """A competency profile, measured against the primary `post`; posts held as `acting` are listed.

    `match` is null unless all required levels are assessed: `assessed` of `required` are.
    """

    person = fields.UUID(required=True)
    as_of = fields.Date(required=True)
    post = fields.Nested(PostSchema, required=True, allow_none=True)
    acting = fields.List(fields.Nested(PostSchema), required=True)
    competencies = fields.List(fields.Nested(CompetencyOfPersonSchema), required=True)
    assessed = fields.Integer(required=True)
    required = fields.Integer(required=True)
    match = fields.Nested(MatchSchema, required=True, allow_none=True)


class EvidenceQuery(PageQuery):
    """Which evidence to list."""

    competency = fields.String(load_default=None, validate=Length(1, 40))


class EvidenceSchema(Schema):
    """A line of evidence: what says what, and whether it counts."""

    event = fields.UUID(required=True, attribute="line.event")
    piece = fields.UUID(
        required=True,
        attribute="line.piece",
        metadata={"description": "The attempt, the completed enrolment, or the rating."},
    )
    revision = fields.Integer(required=True, attribute="line.revision")
    competency = fields.String(required=True, attribute="line.competency")
    kind = fields.String(required=True, validate=OneOf(get_args(Kind)))
    role = fields.String(required=True, allow_none=True, attribute="line.role", validate=OneOf((*get_args(Role), None)))
    rater_role = fields.String(required=True, allow_none=True)
    level = fields.Integer(
        required=True,
        allow_none=True,
        attribute="line.rated",
        metadata={"description": "The level that a rater found."},
    )
    score = fields.Float(
        required=True,
        allow_none=True,
        attribute="line.score",
        metadata={"description": "On the scale of levels, from a test outside."},
    )
    sem = fields.Float(
        required=True,
        allow_none=True,
        attribute="line.sem",
        metadata={"description": "The score's standard error of measurement, in levels."},
    )
    enrolment = fields.UUID(required=True, allow_none=True, attribute="line.enrolment")
    course = fields.UUID(required=True, allow_none=True, attribute="line.course")
    course_version = fields.Integer(required=True, allow_none=True, attribute="line.course_version")
    course_title = fields.String(required=True, allow_none=True)
    dated_on = fields.Date(required=True, attribute="line.dated_on")
    weights = fields.List(
        fields.Float(),
        required=True,
        metadata={"description": "Log-likelihood of each level in nat, 0 at most."},
    )
    standing = fields.Enum(Standing, by_value=fields.String, required=True)
    withdrawn_for = fields.String(required=True, allow_none=True, attribute="line.withdrawn_for")
    disputed = fields.Boolean(
        required=True, metadata={"description": "The person disagrees, and nobody has decided yet."}
    )
    dispute = fields.String(
        required=True,
        allow_none=True,
        validate=OneOf((*get_args(State), None)),
        metadata={"description": "What became of the last dispute about it."},
    )
    rule_set = fields.String(required=True, attribute="line.rule_set")


class HoursQuery(Schema):
    """Which period to show."""

    year = fields.Integer(
        load_default=None,
        validate=Range(1970, 2200),
        metadata={"description": "The year in which the period begins; the present period if it is left out."},
    )


class PeriodSchema(Schema):
    """A calendar year, or a year of contract."""

    begins = fields.Date(required=True)
    ends = fields.Date(required=True)


class HoursEntrySchema(Schema):
    """The minutes learnt on a local day in a course or an activity outside; what a cap cut off, and what counts."""

    day = fields.Date(required=True, attribute="entry.day")
    enrolment = fields.UUID(required=True, allow_none=True, attribute="entry.enrolment")
    course = fields.UUID(required=True, allow_none=True, attribute="entry.course")
    activity = fields.UUID(
        required=True,
        allow_none=True,
        attribute="activity_id",
        metadata={"description": "The recorded activity; null for a course."},
    )
    title = fields.String(required=True, allow_none=True, metadata={"description": "Of the course or the activity."})
    form = fields.String(required=True, attribute="entry.form")
    form_name = fields.String(required=True, allow_none=True)
    scope = fields.String(required=True, attribute="entry.scope")
    minutes = fields.Integer(required=True, attribute="entry.minutes")
    counted_minutes = fields.Integer(required=True, attribute="entry.counted")
    cut_minutes = fields.Integer(required=True, attribute="entry.cut")
    rule_set = fields.String(required=True, attribute="entry.rule_set")
    event = fields.UUID(required=True, attribute="entry.event")


class HoursSchema(Schema):
    """The learning hours of a period. JP are texts with two decimals; everything else is in whole minutes."""

    person = fields.UUID(required=True, attribute="person.person")
    employment_type = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "At the end of the period, or today. Null for staff of a provider: nothing is due."},
    )
    period = fields.Nested(PeriodSchema, required=True, attribute="standing")
    minutes = fields.Integer(required=True, attribute="standing.minutes")
    jp = fields.Decimal(required=True, as_string=True)
    floor_minutes = fields.Integer(required=True, allow_none=True, attribute="standing.floor")
    floor_jp = fields.Decimal(required=True, allow_none=True, as_string=True)
    short_minutes = fields.Integer(required=True, attribute="standing.short")
    ceiling_minutes = fields.Integer(required=True, allow_none=True, attribute="standing.ceiling")
    ceiling_jp = fields.Decimal(required=True, allow_none=True, as_string=True)
    over_minutes = fields.Integer(required=True, attribute="standing.over")
    is_met = fields.Boolean(required=True, attribute="standing.is_met")
    rule_set = fields.String(required=True, attribute="standing.rule_set")
    entries = fields.List(fields.Nested(HoursEntrySchema), required=True)
