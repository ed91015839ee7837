"""The shapes of assessment's API."""

from services.assessment.schemas.assessments import AssessmentRequest, AssessmentSchema, PublicationSchema
from services.assessment.schemas.attempts import (
    AnnulmentRequest,
    AnswersRequest,
    AnswersSchema,
    AttemptLineSchema,
    AttemptSchema,
    ResultSchema,
    StartRequest,
)
from services.assessment.schemas.banks import (
    BankRequest,
    BankSchema,
    CalibrationRequest,
    CorrectionSchema,
    ImportQuery,
    ImportSchema,
    KeyRequest,
    QuestionSchema,
)

__all__ = [
    "AnnulmentRequest",
    "AnswersRequest",
    "AnswersSchema",
    "AssessmentRequest",
    "AssessmentSchema",
    "AttemptLineSchema",
    "AttemptSchema",
    "BankRequest",
    "BankSchema",
    "CalibrationRequest",
    "CorrectionSchema",
    "ImportQuery",
    "ImportSchema",
    "KeyRequest",
    "PublicationSchema",
    "QuestionSchema",
    "ResultSchema",
    "StartRequest",
]
