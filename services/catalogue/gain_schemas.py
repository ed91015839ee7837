"""How a gain is shown: as far as evaluation's display rule lets it be."""

from typing import get_args

from marshmallow import Schema, fields, validate

from shared.events.evaluation import DisplayClass


class GainSchema(Schema):
    """How much the people of a city gained in a course, between its pre-test and its post-test."""

    city = fields.UUID(required=True, attribute="tenant")
    display = fields.String(
        required=True,
        validate=validate.OneOf(get_args(DisplayClass)),
        metadata={"description": "What may be shown of it; what may not is null."},
    )
    n = fields.Integer(required=True, allow_none=True, metadata={"description": "Pairs of pre- and post-test."})
    gain = fields.Float(required=True, allow_none=True, metadata={"description": "Mean gain in basis points."})
    low = fields.Float(required=True, allow_none=True, metadata={"description": "Where its interval begins."})
    high = fields.Float(required=True, allow_none=True, metadata={"description": "Where its interval ends."})
    g = fields.Float(required=True, allow_none=True, metadata={"description": "The standardised gain."})
    as_of = fields.AwareDateTime(required=True, metadata={"description": "The newest event behind it."})
    rule_set = fields.String(required=True, metadata={"description": "The rules by which it was measured."})
