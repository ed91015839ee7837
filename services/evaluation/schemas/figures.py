"""The shapes of the figures of courses, classes and programmes, and of the rows behind them."""

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.evaluation.model.figures import DisplayClass


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


class FiguresSchema(Schema):
    """Figures of the caller's city, or with `units` of those who worked in or below these units when they enrolled.

    `display` says what may be seen of the gain: nothing (suppressed), the number of pairs `n` (count only), the
    `shrunk` effect (preliminary), or also the `gain` with `d` and `g` (shown); `why` says it in a sentence.
    """

    units = fields.List(fields.UUID(), required=True, allow_none=True)
    enrolled = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    display = fields.String(required=True, validate=OneOf(get_args(DisplayClass)))
    why = fields.String(required=True, allow_none=True)
    n = fields.Integer(required=True, allow_none=True)
    gain = fields.Nested(GainSchema, required=True, allow_none=True)
    d = fields.Float(required=True, allow_none=True)
    g = fields.Float(required=True, allow_none=True)
    shrunk = fields.Nested(ShrunkSchema, required=True, allow_none=True)
    as_of = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Time of the newest event."})
    rule_set = fields.String(required=True)
    rows = fields.String(required=True, allow_none=True, metadata={"description": "Where the rows behind it are."})


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


class FigureRowSchema(Schema):
    """An enrolment behind a figure; scores are in basis points."""

    enrolment = fields.UUID(required=True)
    person = fields.UUID(required=True)
    course = fields.UUID(required=True)
    course_version = fields.Integer(required=True)
    class_ = fields.UUID(required=True, data_key="class")
    programme = fields.UUID(required=True)
    unit = fields.UUID(required=True, allow_none=True)
    completed_on = fields.Date(required=True, allow_none=True)
    revision = fields.Integer(required=True)
    pre = fields.Integer(required=True, allow_none=True)
    post = fields.Integer(required=True, allow_none=True)
    enrolled_event = fields.UUID(required=True, allow_none=True)
    completed_event = fields.UUID(required=True, allow_none=True)
