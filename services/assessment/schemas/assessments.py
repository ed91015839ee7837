"""The shapes of assessments."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.assessment.schemas.banks import CODE

ROLES = ("pre", "post", "quiz")


class AssessmentRequest(Schema):
    """An assessment to make."""

    code = fields.String(required=True, validate=CODE)
    title = fields.String(required=True, validate=Length(1, 200))
    role = fields.String(required=True, validate=OneOf(ROLES))
    bank = fields.UUID(required=True)
    draw = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=Range(1, 1_000),
        metadata={"description": "How many questions are drawn for each attempt; null: all of the bank."},
    )
    attempts_allowed = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=Range(1, 1_000),
        metadata={"description": "null: any number."},
    )
    time_limit_minutes = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=Range(1, 10_080),
        metadata={"description": "Of one attempt, by the server's clock; null: none."},
    )


class AssessmentSchema(Schema):
    """An assessment."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True, validate=OneOf(ROLES))
    bank = fields.UUID(required=True, attribute="bank_id")
    draw = fields.Integer(required=True, allow_none=True)
    attempts_allowed = fields.Integer(required=True, allow_none=True)
    time_limit_minutes = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "The latest published; 0: not published yet."})


class PublicationSchema(Schema):
    """The version of an assessment that courses can pin from now on."""

    assessment = fields.UUID(required=True, attribute="version.assessment_id")
    version = fields.Integer(required=True, attribute="version.version")
    questions = fields.Integer(
        required=True, attribute="version.maximum", metadata={"description": "How many an attempt has."}
    )
    published_at = fields.AwareDateTime(required=True, format="iso", attribute="version.published_at")
    changed = fields.Boolean(required=True, metadata={"description": "False: it was published like this before."})
