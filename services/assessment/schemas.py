"""The shapes of assessment's API."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

ROLES = ("pre", "post", "quiz")
KINDS = ("single_choice", "true_false")
CODE = Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z", error="1 to 80 letters, digits, dots, hyphens and underscores.")
BASIS_POINTS = {"description": "In basis points: 10000 is all right."}
BIGGEST = 2**53 - 1
"""The biggest integer that every JSON reader keeps exactly."""


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
    """A sound question of a kind that is not taken."""

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


class FoundQuestionSchema(Schema):
    """A question as it stands in a file."""

    line = fields.Integer(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    text_format = fields.String(required=True)
    competency = fields.String(required=True)
    level = fields.Integer(required=True)
    feedback = fields.String(required=True)
    options = fields.List(fields.Nested(FoundOptionSchema), required=True)


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


class QuestionSchema(Schema):
    """A question of a bank, as its author sees it."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    title = fields.String(required=True)
    text = fields.String(required=True)
    text_format = fields.String(required=True)
    options = fields.List(fields.Nested(QuestionOptionSchema), required=True)
    correct = fields.Integer(required=True, metadata={"description": "The id of the right option."})
    feedback = fields.String(required=True)
    competency = fields.String(required=True)
    level = fields.Integer(required=True)
    calibration = fields.Nested(CalibrationSchema, required=True, allow_none=True)


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


class AssessmentSchema(Schema):
    """An assessment."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True, validate=OneOf(ROLES))
    bank = fields.UUID(required=True, attribute="bank_id")
    draw = fields.Integer(required=True, allow_none=True)
    attempts_allowed = fields.Integer(required=True, allow_none=True)
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


class StartRequest(Schema):
    """Which assessment to sit."""

    assessment = fields.UUID(required=True)


class ChoiceSchema(Schema):
    """An answer. Of several to one question, the one with the highest sequence counts."""

    question = fields.UUID(required=True)
    option = fields.Integer(
        required=True,
        strict=True,
        allow_none=True,
        validate=Range(1, 1_000),
        metadata={"description": "null: none any more."},
    )
    sequence = fields.Integer(
        required=True,
        strict=True,
        validate=Range(1, BIGGEST),
        metadata={"description": "Counts up with every choice; a device goes on after the highest that it was given."},
    )


class AnswersRequest(Schema):
    """One answer or several."""

    answers = fields.List(fields.Nested(ChoiceSchema), required=True, validate=Length(1, 1_000))


class KeptSchema(Schema):
    """What is saved as an answer."""

    option = fields.Integer(required=True, allow_none=True)
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
    answer = fields.Nested(KeptSchema, required=True, allow_none=True)


class MarkSchema(Schema):
    """How the answer to a question was marked."""

    id = fields.UUID(required=True)
    option = fields.Integer(required=True, allow_none=True, metadata={"description": "What was chosen."})
    correct = fields.Boolean(required=True)
    key = fields.Integer(required=True, metadata={"description": "The right option."})
    feedback = fields.String(required=True)


class ResultSchema(Schema):
    """How an attempt was marked."""

    attempt = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    score = fields.Integer(required=True, metadata=BASIS_POINTS)
    correct = fields.Integer(required=True)
    total = fields.Integer(required=True)
    handed_in_at = fields.AwareDateTime(required=True, format="iso")
    questions = fields.List(fields.Nested(MarkSchema), required=True)


class AttemptSchema(Schema):
    """An attempt: its questions in order, what is answered, and the result once it is handed in."""

    id = fields.UUID(required=True, attribute="attempt.id")
    enrolment = fields.UUID(required=True, attribute="attempt.enrolment")
    assessment = fields.UUID(required=True, attribute="attempt.assessment_id")
    version = fields.Integer(required=True, attribute="attempt.version")
    title = fields.String(required=True, attribute="attempt.title")
    role = fields.String(required=True, attribute="attempt.role", validate=OneOf(ROLES))
    number = fields.Integer(required=True, attribute="attempt.number")
    state = fields.String(required=True, attribute="attempt.state", validate=OneOf(("open", "handed_in")))
    started_at = fields.AwareDateTime(required=True, format="iso", attribute="attempt.started_at")
    handed_in_at = fields.AwareDateTime(required=True, allow_none=True, format="iso", attribute="attempt.handed_in_at")
    questions = fields.List(fields.Nested(AskedSchema), required=True)
    result = fields.Nested(ResultSchema, required=True, allow_none=True)
