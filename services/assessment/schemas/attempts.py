"""The shapes of attempts, answers and marks."""

from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from services.assessment.model.attempts import AnnulmentReason, AttemptState
from services.assessment.schemas.answers import (
    BASIS_POINTS,
    KINDS,
    TAGS,
    PromptSchema,
    RightSchema,
    TaggedSchema,
    in_order,
)
from services.assessment.schemas.assessments import ROLES

BIGGEST = 2**53 - 1
"""The biggest integer that every JSON reader keeps exactly."""


class StartRequest(Schema):
    """Which assessment to sit."""

    assessment = fields.UUID(required=True)


class ChoiceSchema(TaggedSchema):
    """An answer under the tag of its kind. Of several to one question, the one with the highest sequence counts."""

    question = fields.UUID(required=True)
    sequence = fields.Integer(
        required=True,
        strict=True,
        validate=Range(1, BIGGEST),
        metadata={"description": "Counts up with every choice; a device goes on after the highest that it was given."},
    )

    @validates_schema
    def _require_one_answer(self, said: dict[str, Any], **_: Any) -> None:
        if len(TAGS & said.keys()) != 1:
            raise ValidationError(f"Give exactly one of {', '.join(sorted(TAGS))}.", "option")

    @post_load
    def _tag(self, said: dict[str, Any], **_: Any) -> dict[str, Any]:
        (tag,) = TAGS & said.keys()
        value = said.pop(tag)
        return {**said, "response": {tag: in_order(tag, value)}}


class AnswersRequest(Schema):
    """One answer or several."""

    answers = fields.List(fields.Nested(ChoiceSchema), required=True, validate=Length(1, 1_000))


class KeptSchema(TaggedSchema):
    """What is saved as an answer."""

    sequence = fields.Integer(required=True)
    saved_at = fields.AwareDateTime(required=True, format="iso")


class AnswerSchema(KeptSchema):
    """What is saved as the answer to a question."""

    question = fields.UUID(required=True, attribute="question_id")


class AnswersSchema(Schema):
    """What is saved now for the questions that were sent; newer answers from elsewhere stay."""

    answers = fields.List(fields.Nested(AnswerSchema), required=True)


class ShownOptionSchema(Schema):
    """An option as its learner sees it."""

    id = fields.Integer(required=True)
    text = fields.String(required=True)


class AskedSchema(Schema):
    """A question as its learner sees it."""

    id = fields.UUID(required=True, attribute="item.id")
    kind = fields.String(required=True, attribute="item.kind", validate=OneOf(KINDS))
    text = fields.String(required=True, attribute="item.text")
    text_format = fields.String(required=True, attribute="item.text_format")
    options = fields.List(fields.Nested(ShownOptionSchema), required=True)
    prompts = fields.List(fields.Nested(PromptSchema), required=True)
    answer = fields.Nested(KeptSchema, required=True, allow_none=True)


class MarkSchema(TaggedSchema):
    """How the answer to a question was marked."""

    id = fields.UUID(required=True)
    correct = fields.Boolean(required=True, metadata={"description": "Wholly right."})
    score = fields.Integer(required=True, metadata=BASIS_POINTS)
    key = fields.Integer(
        required=True,
        allow_none=True,
        attribute="right.option",
        dump_default=None,
        metadata={"description": "The only right option; null: `right` tells."},
    )
    right = fields.Nested(RightSchema, required=True)
    corrected = fields.Boolean(required=True, metadata={"description": "The key was put right after it was asked."})
    feedback = fields.String(required=True)


class ResultSchema(Schema):
    """How an attempt was marked."""

    attempt = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    score = fields.Integer(required=True, metadata=BASIS_POINTS)
    correct = fields.Integer(required=True)
    total = fields.Integer(required=True)
    handed_in_at = fields.AwareDateTime(required=True, format="iso")
    graded_at = fields.AwareDateTime(
        required=True, format="iso", metadata={"description": "Later than handed in where a key was corrected since."}
    )
    questions = fields.List(fields.Nested(MarkSchema), required=True)


class AnnulmentRequest(Schema):
    """Why an attempt is to count for nothing."""

    reason = fields.String(required=True, validate=OneOf(get_args(AnnulmentReason)))


class AttemptLineSchema(Schema):
    """An attempt in a list."""

    id = fields.UUID(required=True, attribute="attempt.id")
    assessment = fields.UUID(required=True, attribute="attempt.assessment_id")
    version = fields.Integer(required=True, attribute="attempt.version")
    title = fields.String(required=True, attribute="attempt.title")
    role = fields.String(required=True, attribute="attempt.role", validate=OneOf(ROLES))
    number = fields.Integer(required=True, attribute="attempt.number")
    state = fields.String(required=True, attribute="attempt.state", validate=OneOf(get_args(AttemptState)))
    started_at = fields.AwareDateTime(required=True, format="iso", attribute="attempt.started_at")
    closes_at = fields.AwareDateTime(required=True, allow_none=True, format="iso", attribute="attempt.closes_at")
    handed_in_at = fields.AwareDateTime(required=True, allow_none=True, format="iso", attribute="attempt.handed_in_at")
    annulled_at = fields.AwareDateTime(required=True, allow_none=True, format="iso", attribute="attempt.annulled_at")
    annulled_for = fields.String(
        required=True, allow_none=True, attribute="attempt.annulled_for", validate=OneOf(get_args(AnnulmentReason))
    )
    score = fields.Integer(required=True, allow_none=True, metadata=BASIS_POINTS)


class AttemptSchema(Schema):
    """An attempt: its questions in order, what is answered, and the result once it is handed in."""

    id = fields.UUID(required=True, attribute="attempt.id")
    enrolment = fields.UUID(required=True, attribute="attempt.enrolment")
    assessment = fields.UUID(required=True, attribute="attempt.assessment_id")
    version = fields.Integer(required=True, attribute="attempt.version")
    title = fields.String(required=True, attribute="attempt.title")
    role = fields.String(required=True, attribute="attempt.role", validate=OneOf(ROLES))
    number = fields.Integer(required=True, attribute="attempt.number")
    state = fields.String(required=True, attribute="attempt.state", validate=OneOf(get_args(AttemptState)))
    started_at = fields.AwareDateTime(required=True, format="iso", attribute="attempt.started_at")
    closes_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        format="iso",
        attribute="attempt.closes_at",
        metadata={"description": "From then on no answer is taken, and what is saved is handed in; null: no end."},
    )
    handed_in_at = fields.AwareDateTime(required=True, allow_none=True, format="iso", attribute="attempt.handed_in_at")
    questions = fields.List(fields.Nested(AskedSchema), required=True)
    result = fields.Nested(ResultSchema, required=True, allow_none=True)
