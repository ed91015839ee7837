"""The shapes of assessment's API."""

from services.assessment.schemas.assessments import AssessmentRequest, AssessmentSchema, PublicationSchema
from services.assessment.schemas.attempts import (
    AnswersRequest,
    AnswersSchema,
    AttemptSchema,
    ResultSchema,
    StartRequest,
)
from services.assessment.schemas.banks import (
    BankRequest,
    BankSchema,
    CorrectionSchema,
    ImportQuery,
    ImportSchema,
    KeyRequest,
    QuestionSchema,
)

__all__ = [
    "AnswersRequest",
    "AnswersSchema",
    "AssessmentRequest",
    "AssessmentSchema",
    "AttemptSchema",
    "BankRequest",
    "BankSchema",
    "CorrectionSchema",
    "ImportQuery",
    "ImportSchema",
    "KeyRequest",
    "PublicationSchema",
    "QuestionSchema",
    "ResultSchema",
    "StartRequest",
]
