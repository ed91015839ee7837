"""What evaluation keeps: records of its own truth, and projections folded from events."""

from services.evaluation.model.tables.activities import Activity, Certificate, CertificateContent
from services.evaluation.model.tables.assessment_results import AssessmentResult, Withdrawal
from services.evaluation.model.tables.base import Base
from services.evaluation.model.tables.copies import Course, Employment, Job, Person, Unit, Zone
from services.evaluation.model.tables.disputes import Dispute
from services.evaluation.model.tables.figures import (
    AnnouncedFigure,
    CourseFigure,
    FigureRow,
    LevelsGained,
    PostTest,
)
from services.evaluation.model.tables.frameworks import Framework, FrameworkCompetency
from services.evaluation.model.tables.hours import HoursEntry
from services.evaluation.model.tables.job_standards import JobRequirement, JobStandard
from services.evaluation.model.tables.ledger import (
    ErasedPerson,
    EvidenceLine,
    Piece,
    Profile,
    RevokedCompletion,
    Tombstone,
)
from services.evaluation.model.tables.levels import AnnouncedLevel
from services.evaluation.model.tables.offers import Offer

__all__ = [
    "Activity",
    "AnnouncedFigure",
    "AnnouncedLevel",
    "AssessmentResult",
    "Base",
    "Certificate",
    "CertificateContent",
    "Course",
    "CourseFigure",
    "Dispute",
    "Employment",
    "ErasedPerson",
    "EvidenceLine",
    "FigureRow",
    "Framework",
    "FrameworkCompetency",
    "HoursEntry",
    "Job",
    "JobRequirement",
    "JobStandard",
    "LevelsGained",
    "Offer",
    "Person",
    "Piece",
    "PostTest",
    "Profile",
    "RevokedCompletion",
    "Tombstone",
    "Unit",
    "Withdrawal",
    "Zone",
]
