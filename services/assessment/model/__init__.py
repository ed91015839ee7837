"""The domain model of assessment."""

from services.assessment.model.assessments import Assessment, AssessmentVersion
from services.assessment.model.attempts import Answer, Attempt, Grade
from services.assessment.model.banks import Bank, Intake, Question
from services.assessment.model.base import Base
from services.assessment.model.copies import (
    CourseVersion,
    Enrolment,
    ErasedPerson,
    Framework,
    Person,
    Standing,
    Tenant,
    Unit,
)
from services.assessment.model.corrections import Correction
from services.assessment.model.items import Calibration, Item, Option, Prompt
from services.assessment.model.keys import FULL_SCORE, Response
from services.assessment.model.offers import Asked, Offer, Pin

__all__ = [
    "FULL_SCORE",
    "Answer",
    "Asked",
    "Assessment",
    "AssessmentVersion",
    "Attempt",
    "Bank",
    "Base",
    "Calibration",
    "Correction",
    "CourseVersion",
    "Enrolment",
    "ErasedPerson",
    "Framework",
    "Grade",
    "Intake",
    "Item",
    "Offer",
    "Option",
    "Person",
    "Pin",
    "Prompt",
    "Question",
    "Response",
    "Standing",
    "Tenant",
    "Unit",
]
