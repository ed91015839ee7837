"""The domain model of assessment."""

from services.assessment.model.assessments import Assessment, AssessmentVersion
from services.assessment.model.attempts import Answer, Attempt, Grade
from services.assessment.model.banks import Bank, Intake, Question
from services.assessment.model.base import Base
from services.assessment.model.copies import CourseVersion, Enrolment, Framework, Tenant
from services.assessment.model.corrections import Correction
from services.assessment.model.items import Calibration, Item, Option, Prompt
from services.assessment.model.keys import FULL_SCORE, Response

__all__ = [
    "FULL_SCORE",
    "Answer",
    "Assessment",
    "AssessmentVersion",
    "Attempt",
    "Bank",
    "Base",
    "Calibration",
    "Correction",
    "CourseVersion",
    "Enrolment",
    "Framework",
    "Grade",
    "Intake",
    "Item",
    "Option",
    "Prompt",
    "Question",
    "Response",
    "Tenant",
]
