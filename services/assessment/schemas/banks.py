"""The shapes of banks, their questions, and files of questions."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from services.assessment.schemas.answers import (
    BASIS_POINTS,
    KINDS,
    AcceptedNumberSchema,
    AcceptedTextSchema,
    PairSchema,
    PromptSchema,
    RightSchema,
)

CODE = Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z", error="1 to 80 letters, digits, dots, hyphens and underscores.")


class BankRequest(Schema):
    """A bank to make."""

    code = fields.String(required=True, validate=CODE)
    title = fields.String(required=True, validate=Length(1, 200))


class BankSchema(Schema):
    """A question bank."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)


class ImportQuery(Schema):
    """How to take a file of questions."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tell what would happen."})
    good_questions = fields.Boolean(
        load_default=False, metadata={"description": "Take the questions without errors, even if others have some."}
    )


class QuestionErrorSchema(Schema):
    """A fault to mend in a file. Question 0 stands for the whole file."""

    question = fields.Integer(required=True)
    line = fields.Integer(required=True)
    title = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class NotCarriedOverSchema(Schema):
    """A sound question that is not taken, or a setting that is not kept of one that is."""

    question = fields.Integer(required=True)
    line = fields.Integer(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True)


class FoundOptionSchema(Schema):
    """An option as it stands in a file."""

    text = fields.String(required=True)
    correct = fields.Boolean(required=True)
    feedback = fields.String(required=True)


class FoundPairSchema(Schema):
    """A pair of a matching question as it stands in a file."""

    prompt = fields.String(required=True, metadata={"description": "Empty: the match belongs to no prompt."})
    match = fields.String(required=True)


class FoundQuestionSchema(Schema):
    """A question as it stands in a file."""

    line = fields.Integer(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    text_format = fields.String(required=True)
    competency = fields.String(required=True)
    level = fields.Integer(required=True)
    feedback = fields.String(required=True)
    kind = fields.String(required=True)
    options = fields.List(fields.Nested(FoundOptionSchema), required=True)
    numbers = fields.List(fields.Nested(AcceptedNumberSchema), required=True)
    texts = fields.List(fields.Nested(AcceptedTextSchema), required=True)
    pairs = fields.List(fields.Nested(FoundPairSchema), required=True)


class ImportSchema(Schema):
    """What an import did, or in a dry run would do."""

    dry_run = fields.Boolean(required=True)
    added = fields.Integer(required=True)
    revised = fields.Integer(required=True, metadata={"description": "New wordings of questions with the same title."})
    unchanged = fields.Integer(required=True)
    questions = fields.List(
        fields.Nested(FoundQuestionSchema),
        required=True,
        attribute="preview.questions",
        metadata={"description": "The questions of the file that are without errors."},
    )
    errors = fields.List(fields.Nested(QuestionErrorSchema), required=True, attribute="preview.errors")
    not_carried_over = fields.List(
        fields.Nested(NotCarriedOverSchema), required=True, attribute="preview.not_carried_over"
    )


class QuestionOptionSchema(Schema):
    """An option as its author sees it."""

    id = fields.Integer(required=True)
    text = fields.String(required=True)
    feedback = fields.String(required=True)


class CalibrationSchema(Schema):
    """Discrimination, difficulty and chance of an item."""

    a = fields.Float(required=True)
    b = fields.Float(required=True)
    c = fields.Float(required=True)


class EstimateRequest(Schema):
    """An item's place on the logistic scale with D = 1, theta having mean 0 and SD 1: slope, difficulty, chance."""

    a = fields.Float(required=True, allow_nan=False, validate=Range(0, 10, min_inclusive=False))
    b = fields.Float(required=True, allow_nan=False, validate=Range(-10, 10))
    c = fields.Float(required=True, allow_nan=False, validate=Range(0, 1, max_inclusive=False))


class CalibrationRequest(Schema):
    """The calibration of a question; null takes it away."""

    calibration = fields.Nested(EstimateRequest, required=True, allow_none=True)


class QuestionSchema(Schema):
    """A question of a bank, as its author sees it."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    correction = fields.Boolean(required=True, metadata={"description": "It differs from the one before in its key."})
    kind = fields.String(required=True, validate=OneOf(KINDS))
    title = fields.String(required=True)
    text = fields.String(required=True)
    text_format = fields.String(required=True)
    options = fields.List(fields.Nested(QuestionOptionSchema), required=True)
    prompts = fields.List(fields.Nested(PromptSchema), required=True)
    correct = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The only right option; null: `right` tells."},
    )
    right = fields.Nested(RightSchema, required=True)
    feedback = fields.String(required=True)
    competency = fields.String(required=True)
    level = fields.Integer(required=True)
    calibration = fields.Nested(CalibrationSchema, required=True, allow_none=True)


class NumberRequest(Schema):
    """A number to accept, give or take a tolerance."""

    value = fields.Float(required=True, allow_nan=False, validate=Range(-1e15, 1e15))
    tolerance = fields.Float(load_default=0.0, allow_nan=False, validate=Range(0, 1e15))
    credit = fields.Integer(strict=True, load_default=10_000, validate=Range(0, 10_000), metadata=BASIS_POINTS)
    feedback = fields.String(load_default="", validate=Length(0, 2_000))


class TextRequest(Schema):
    """A pattern of texts to accept."""

    pattern = fields.String(required=True, validate=Length(1, 500))
    credit = fields.Integer(strict=True, load_default=10_000, validate=Range(0, 10_000), metadata=BASIS_POINTS)
    feedback = fields.String(load_default="", validate=Length(0, 2_000))


class KeyRequest(Schema):
    """What is right after all, under the one tag by the kind of the question."""

    option = fields.Integer(strict=True, validate=Range(1, 1_000))
    options = fields.List(fields.Integer(strict=True, validate=Range(1, 1_000)), validate=Length(1, 1_000))
    numbers = fields.List(fields.Nested(NumberRequest), validate=Length(1, 26))
    texts = fields.List(fields.Nested(TextRequest), validate=Length(1, 26))
    pairs = fields.List(fields.Nested(PairSchema), validate=Length(1, 1_000))


class CorrectionSchema(Schema):
    """A correction of a key, and how far attempts are marked again."""

    question = fields.UUID(required=True, attribute="question_id", metadata={"description": "The revision asked."})
    successor = fields.UUID(required=True, metadata={"description": "The revision in the bank, with the key in force."})
    right = fields.Nested(RightSchema, required=True)
    corrected_at = fields.AwareDateTime(required=True, format="iso")
    remarked = fields.Integer(required=True, metadata={"description": "Attempts whose marks changed, so far."})
    finished_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
