"""The shapes of the figures of courses, classes and programmes, and of the rows behind them."""

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.evaluation.model.counts import State
from services.evaluation.model.display import DisplayClass
from services.evaluation.queries.figures import Door
from shared.web.pagination import PageQuery


class FiguresQuery(Schema):
    """The part of a query string that narrows figures to a unit."""

    unit = fields.UUID(
        load_default=None,
        metadata={"description": "Count only who worked in this unit or below it when they enrolled."},
    )


class RowsQuery(FiguresQuery, PageQuery):
    """The figure whose rows are listed, and a page of them."""

    of = fields.String(
        load_default="gain",
        validate=OneOf(get_args(Door)),
        metadata={"description": "Behind which figure; each opens and closes with it."},
    )


class FigureSchema(Schema):
    """What every figure says of itself.

    `display` says what may be seen of it: nothing (suppressed), the number of people `n` it rests on (count only), the
    figure marked as preliminary, or the figure (shown). `why` says in a sentence what is withheld.
    """

    display = fields.String(required=True, validate=OneOf(get_args(DisplayClass)))
    why = fields.String(required=True, allow_none=True)
    n = fields.Integer(required=True, allow_none=True)
    rows = fields.String(required=True, allow_none=True, metadata={"description": "Where the rows behind it are."})


class GainSchema(Schema):
    """The mean of post minus pre, its standard deviation and interval, in basis points. Nobody was compared with."""

    mean = fields.Float(required=True)
    sd = fields.Float(required=True, allow_none=True)
    interval = fields.List(fields.Float(), required=True, allow_none=True)
    confidence = fields.Float(required=True)


class ShrunkSchema(Schema):
    """The standardised gain drawn towards what trainings usually reach, with its standard deviation."""

    g = fields.Float(required=True, attribute="mean")
    sd = fields.Float(required=True)


class RateSchema(FigureSchema):
    """How many of `n` people are meant (`count`), as a `share` from 0 to 1 with its interval (Wilson)."""

    count = fields.Integer(required=True, allow_none=True)
    share = fields.Float(required=True, allow_none=True)
    interval = fields.List(fields.Float(), required=True, allow_none=True)
    confidence = fields.Float(required=True)


class ClosingsSchema(Schema):
    """Why enrolments were closed, once they are too many to tell who; `erased` ones belonged to erased people."""

    withdrawn = fields.Integer(required=True)
    not_completed = fields.Integer(required=True)
    erased = fields.Integer(required=True)


class QuartilesSchema(Schema):
    """The quartiles of some numbers of days; the middle one is the median."""

    lower = fields.Float(required=True)
    median = fields.Float(required=True)
    upper = fields.Float(required=True)


class DurationSchema(FigureSchema):
    """Days from the first lesson to the completion, both included, of those who began before they completed."""

    days = fields.Nested(QuartilesSchema, required=True, allow_none=True)


class HoursFigureSchema(FigureSchema):
    """Learning delivered by completions, as their form counts it, before the caps across a person's activities."""

    minutes = fields.Integer(required=True, allow_none=True)
    jp = fields.Decimal(required=True, allow_none=True, as_string=True, metadata={"description": "JP, two decimals."})


class LevelsSchema(FigureSchema):
    """How far completions moved the expected level of a competency, in levels: their sum, and the mean of each."""

    competency = fields.String(required=True)
    total = fields.Float(required=True, allow_none=True)
    mean = fields.Float(required=True, allow_none=True)
    sd = fields.Float(required=True, allow_none=True)
    interval = fields.List(fields.Float(), required=True, allow_none=True)
    confidence = fields.Float(required=True)


class FiguresSchema(FigureSchema):
    """Figures of the caller's city, or with `units` of those who worked in or below these units when they enrolled.

    Counts of enrolments are administration and always shown; `active` ones have begun to learn and have neither
    completed nor been closed. `completion` is the share of completions among the enrolments that ended by completing,
    withdrawing or not completing: open ones may still complete, and erased people say nothing of a course. `passing` is
    the share who passed, by the best attempt, every post-test that must be passed, among those who handed one in.

    What `display`, `why`, `n`, `rows`, `gain`, `d` and `g` say here is about the gain: a preliminary one shows the
    `shrunk` effect alone.
    """

    units = fields.List(fields.UUID(), required=True, allow_none=True)
    enrolled = fields.Integer(required=True)
    active = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    closed_for = fields.Nested(ClosingsSchema, required=True, allow_none=True)
    enrolment_rows = fields.String(required=True, allow_none=True)
    completion = fields.Nested(RateSchema, required=True)
    passing = fields.Nested(RateSchema, required=True)
    time = fields.Nested(DurationSchema, required=True)
    hours = fields.Nested(HoursFigureSchema, required=True)
    levels = fields.List(fields.Nested(LevelsSchema), required=True)
    gain = fields.Nested(GainSchema, required=True, allow_none=True)
    d = fields.Float(required=True, allow_none=True)
    g = fields.Float(required=True, allow_none=True)
    shrunk = fields.Nested(ShrunkSchema, required=True, allow_none=True)
    as_of = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Time of the newest event about these enrolments."}
    )
    rule_set = fields.String(required=True)


class CourseFiguresSchema(FiguresSchema):
    """The figures of a course."""

    course = fields.UUID(required=True)
    title = fields.String(required=True, allow_none=True)


class ClassFiguresSchema(FiguresSchema):
    """The figures of a class."""

    class_ = fields.UUID(required=True, data_key="class", attribute="class")


class ProgrammeFiguresSchema(FiguresSchema):
    """The figures of a programme."""

    programme = fields.UUID(required=True)


class BestAttemptSchema(Schema):
    """A post-test that has to be passed, with the best score in it, both in basis points."""

    assessment = fields.UUID(required=True)
    minimum = fields.Integer(required=True)
    best = fields.Integer(required=True, allow_none=True)
    passed = fields.Boolean(required=True)


class LevelGainedSchema(Schema):
    """How far the enrolment moved the expected level of a competency, in levels."""

    competency = fields.String(required=True)
    gained = fields.Float(required=True)


class FigureRowSchema(Schema):
    """An enrolment behind a figure. It has those of the optional fields that the figure takes of it, and no other.

    Scores are in basis points, `days` count the first and the last; `minutes` are those that the form counts.
    """

    enrolment = fields.UUID(required=True)
    person = fields.UUID(required=True)
    course = fields.UUID(required=True)
    course_version = fields.Integer(required=True)
    class_ = fields.UUID(required=True, data_key="class")
    programme = fields.UUID(required=True)
    unit = fields.UUID(required=True, allow_none=True)
    enrolled_event = fields.UUID(required=True, allow_none=True)
    state = fields.String(validate=OneOf(get_args(State)))
    started_on = fields.Date(allow_none=True)
    closed_for = fields.String(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    closed_event = fields.UUID(allow_none=True)
    completed_on = fields.Date(allow_none=True)
    completed_event = fields.UUID(allow_none=True)
    revision = fields.Integer()
    days = fields.Integer(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    pre = fields.Integer(allow_none=True)
    post = fields.Integer(allow_none=True)
    post_tests = fields.List(fields.Nested(BestAttemptSchema))
    levels = fields.List(fields.Nested(LevelGainedSchema))
