"""The shapes of disputes."""

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.evaluation.model.tables.disputes import LONGEST_TEXT, Decision, State
from shared.web.pagination import PageQuery


class DisputeEvidenceSchema(Schema):
    """What somebody disagrees with, and why."""

    competency = fields.String(required=True, validate=Length(1, 40))
    text = fields.String(required=True, validate=Length(1, LONGEST_TEXT))


class DisputeSchema(Schema):
    """What a person says against a line of evidence, and what an analyst answered."""

    id = fields.UUID(required=True)
    piece = fields.UUID(required=True)
    competency = fields.String(required=True)
    person = fields.UUID(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True, validate=OneOf(get_args(State)))
    opened_at = fields.AwareDateTime(required=True)
    answer = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class DisputesQuery(PageQuery):
    """Which disputes to list."""

    state = fields.String(load_default=None, validate=OneOf(get_args(State)))


class DecideDisputeSchema(Schema):
    """A decision, and an answer that the person reads."""

    decision = fields.String(required=True, validate=OneOf(get_args(Decision)))
    answer = fields.String(load_default=None, allow_none=True, validate=Length(1, LONGEST_TEXT))
