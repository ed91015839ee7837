"""The domain model of the catalogue: courses with their versions, and what must hold before one is published."""

from services.catalogue.model.base import Base
from services.catalogue.model.courses import Course
from services.catalogue.model.facts import Competency, KnownAssessment, KnownPerson
from services.catalogue.model.materials import Material
from services.catalogue.model.programmes import Programme
from services.catalogue.model.publication import publish
from services.catalogue.model.versions import (
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    Lesson,
    Outcome,
)

__all__ = [
    "Base",
    "Competency",
    "Course",
    "CourseAssessment",
    "CourseTrainer",
    "CourseVersion",
    "KnownAssessment",
    "KnownPerson",
    "Lesson",
    "Material",
    "Outcome",
    "Programme",
    "publish",
]
