"""What evaluation keeps: records of its own truth, and projections folded from events."""

from services.evaluation.model.tables.assessment_results import AssessmentResult, Withdrawal
from services.evaluation.model.tables.base import Base
from services.evaluation.model.tables.copies import Course, Job, Person, Unit, Zone
from services.evaluation.model.tables.disputes import Dispute
from services.evaluation.model.tables.figures import CourseFigure, FigureRow
from services.evaluation.model.tables.frameworks import Framework, FrameworkCompetency
from services.evaluation.model.tables.hours import HoursEntry
from services.evaluation.model.tables.job_standards import JobRequirement, JobStandard
from services.evaluation.model.tables.ledger import EvidenceLine, Piece, Profile, Tombstone
from services.evaluation.model.tables.levels import AnnouncedLevel

__all__ = [
    "AnnouncedLevel",
    "AssessmentResult",
    "Base",
    "Course",
    "CourseFigure",
    "Dispute",
    "EvidenceLine",
    "FigureRow",
    "Framework",
    "FrameworkCompetency",
    "HoursEntry",
    "Job",
    "JobRequirement",
    "JobStandard",
    "Person",
    "Piece",
    "Profile",
    "Tombstone",
    "Unit",
    "Withdrawal",
    "Zone",
]
